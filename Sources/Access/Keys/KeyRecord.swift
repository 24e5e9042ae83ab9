import Foundation

/// What is kept of a key.
public struct KeyRecord: Sendable {
    /// Whether a key can be used.
    public enum Status: String, Sendable {
        case active, expired, revoked
    }

    /// Which key it is.
    public let id: KeyID
    /// What it is for, in its maker's words.
    public let name: String
    /// Whom that belongs to which is made with it.
    public let owner: String
    /// What it allows.
    public let scopes: Scopes
    /// The key's own, which cannot be turned back.
    public let hash: KeyHash
    /// When it was made.
    public let createdAt: Date
    /// From when on it is of no use.
    public let expiresAt: Date?
    /// Since when it is of no use.
    public let revokedAt: Date?
    /// When it was last used, some minutes more or less.
    public let lastUsedAt: Date?

    /// A record.
    public init(
        id: KeyID, name: String, owner: String, scopes: Scopes, hash: KeyHash, createdAt: Date, expiresAt: Date? = nil,
        revokedAt: Date? = nil, lastUsedAt: Date? = nil
    ) {
        self.id = id
        self.name = name
        self.owner = owner
        self.scopes = scopes
        self.hash = hash
        self.createdAt = createdAt
        self.expiresAt = expiresAt
        self.revokedAt = revokedAt
        self.lastUsedAt = lastUsedAt
    }

    /// Whether it can be used at `now`.
    public func status(at now: Date) -> Status {
        if revokedAt != nil { return .revoked }
        if let expiresAt, expiresAt <= now { return .expired }
        return .active
    }
}
