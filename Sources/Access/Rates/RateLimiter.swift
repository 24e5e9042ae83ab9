import Synchronization

/// Counts the requests of each key, or where none is shown of each address, against one policy.
public final class RateLimiter: Sendable {
    /// Whose requests are counted together.
    public enum Client: Hashable, Sendable {
        /// Those of a key.
        case key(KeyID)
        /// Those from a place.
        case network(ClientNetwork)
    }

    /// What each client may send.
    public let policy: RatePolicy

    private let buckets = Mutex<[Client: TokenBucket]>([:])
    private let mostBuckets: Int
    private let clock: @Sendable () -> Duration

    /// - Parameters:
    ///   - mostBuckets: clients of which one is known to have sent something lately.
    ///   - clock: the time since some moment; it does not go back.
    public init(
        _ policy: RatePolicy, mostBuckets: Int = 65_536,
        clock: @escaping @Sendable () -> Duration = RateLimiter.systemClock()
    ) {
        self.policy = policy
        self.mostBuckets = mostBuckets
        self.clock = clock
    }

    /// The time since now, by the system's monotonic clock.
    public static func systemClock() -> @Sendable () -> Duration {
        let start = ContinuousClock.now
        return { ContinuousClock.now - start }
    }

    /// Counts a request, and says whether it may be served.
    public func count(_ client: Client) -> RateBalance {
        let now = clock()
        return buckets.withLock { buckets in
            if buckets.count >= mostBuckets, buckets[client] == nil { makeRoom(&buckets, at: now) }
            return buckets[client, default: TokenBucket(policy, at: now)].take(policy, at: now)
        }
    }

    /// Forgets those who have not sent anything for long, and all if those are few: memory is bounded whoever comes.
    private func makeRoom(_ buckets: inout [Client: TokenBucket], at now: Duration) {
        buckets = buckets.filter { !$0.value.isFull(policy, at: now) }
        if buckets.count > mostBuckets / 2 { buckets = [:] }
    }
}
