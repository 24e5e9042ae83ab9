/// How many jobs may wait, or how many sweeps may run, for one more to be taken. What is taken by several at once is counted as well
/// as if they had come one after another.
public struct AdmissionLimits: Hashable, Sendable {
    /// Everybody's together; nil for no limit.
    public var all: Int?
    /// Those of one owner, if they have one; nil for no limit.
    public var ofOwner: Int?

    /// Limits.
    public init(all: Int? = nil, ofOwner: Int? = nil) {
        self.all = all
        self.ofOwner = ofOwner
    }

    /// - Parameters:
    ///   - all: how many there are.
    ///   - ofOwner: how many there are of `owner`; not asked for unless it matters.
    package func check(
        _ owner: String?, all: () throws -> Int, ofOwner: (String) throws -> Int
    ) throws {
        if let owner, let limit = self.ofOwner, try ofOwner(owner) >= limit { throw StoreError.ownerFull(limit: limit) }
        if let limit = self.all, try all() >= limit { throw StoreError.full(limit: limit) }
    }
}
