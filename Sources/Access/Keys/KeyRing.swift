import Foundation

/// All keys there are, as they were at one moment.
public struct KeyRing: Sendable {
    private let records: [KeyID: KeyRecord]

    /// A ring of these keys.
    public init(_ records: [KeyRecord] = []) {
        self.records = Dictionary(records.map { ($0.id, $0) }, uniquingKeysWith: { $1 })
    }

    /// Whether no key was ever made. One that has been revoked still counts: a server does not open up when its last key goes.
    public var isEmpty: Bool { records.isEmpty }

    /// Who shows the key `id` that has this hash; nil if it is none of these, or no longer of use.
    public func caller(_ id: KeyID, _ hash: KeyHash, at now: Date) -> Caller? {
        guard let record = records[id], record.hash.matches(hash), record.status(at: now) == .active else { return nil }
        return Caller(key: id, owner: record.owner, scopes: record.scopes)
    }

    /// Whether the key of somebody who came in before can still be used.
    public func isActive(_ id: KeyID, at now: Date) -> Bool { records[id]?.status(at: now) == .active }
}
