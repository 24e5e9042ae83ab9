/// What makes a request to create something the same one when it comes again: the client's key for it and what it asked.
public struct RequestIdentity: Hashable, Sendable {
    /// Milliseconds for which a key is known at least.
    public static let lifetime: Int64 = 48 * 3_600_000

    /// Whose key it is; nil for everyone's.
    public var owner: String?
    /// The client's key, unique for its owner.
    public var key: String
    /// Equal for equal requests: a digest of everything that was asked.
    public var fingerprint: String

    /// An identity.
    public init(owner: String? = nil, key: String, fingerprint: String) {
        self.owner = owner
        self.key = key
        self.fingerprint = fingerprint
    }
}

/// What a key was used for.
package struct KeyUse: Sendable {
    /// The digest of that request.
    package let fingerprint: String
    /// The id of what it made.
    package let target: String
    /// When.
    package let at: Timestamp

    package init(fingerprint: String, target: String, at: Timestamp) {
        self.fingerprint = fingerprint
        self.target = target
        self.at = at
    }

    /// The id of what the first request made, if `identity` is that request again.
    package func target(for identity: RequestIdentity) throws(StoreError) -> String {
        guard fingerprint == identity.fingerprint else { throw .keyReused }
        return target
    }
}
