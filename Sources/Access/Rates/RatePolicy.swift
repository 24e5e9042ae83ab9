/// How many requests one client may send: a bucket of `burst` tokens that fills by `perSecond`, and each request takes one.
public struct RatePolicy: Hashable, Sendable {
    /// Requests a second in the long run, above 0.
    public let perSecond: Double
    /// Requests at once, at least 1.
    public let burst: Int

    /// A policy.
    public init(perSecond: Double, burst: Int) {
        self.perSecond = perSecond
        self.burst = burst
    }

    /// Whole seconds in which an empty bucket is full again.
    public var window: Int { seconds(for: Double(burst)) }

    /// Whole seconds in which so many tokens come, at least 1.
    func seconds(for tokens: Double) -> Int { max(1, Int((tokens / perSecond).rounded(.up))) }
}

/// What is left to a client after a request.
public struct RateBalance: Hashable, Sendable {
    /// Whether the request may be served.
    public let isAllowed: Bool
    /// Requests that may follow at once.
    public let remaining: Int
    /// Whole seconds after which all of the burst is there again.
    public let secondsUntilFull: Int
    /// Whole seconds after which the next request may be served, where this one may not.
    public let secondsUntilNext: Int
}
