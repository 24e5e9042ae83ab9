/// Tokens of one client: they come with time, up to a burst, and go with requests.
struct TokenBucket: Sendable {
    private var tokens: Double
    private var at: Duration

    /// A full one at the time `now`.
    init(_ policy: RatePolicy, at now: Duration) {
        tokens = Double(policy.burst)
        at = now
    }

    /// Takes a token, if there is one.
    mutating func take(_ policy: RatePolicy, at now: Duration) -> RateBalance {
        tokens = filled(policy, at: now)
        at = max(at, now)
        let isAllowed = tokens >= 1
        if isAllowed { tokens -= 1 }
        return RateBalance(
            isAllowed: isAllowed, remaining: Int(tokens),
            secondsUntilFull: policy.seconds(for: Double(policy.burst) - tokens),
            secondsUntilNext: policy.seconds(for: 1 - tokens))
    }

    /// Whether nothing would be lost by forgetting it.
    func isFull(_ policy: RatePolicy, at now: Duration) -> Bool { filled(policy, at: now) >= Double(policy.burst) }

    private func filled(_ policy: RatePolicy, at now: Duration) -> Double {
        let (seconds, attoseconds) = max(now - at, .zero).components
        let passed = Double(seconds) + Double(attoseconds) * 1e-18
        return min(Double(policy.burst), tokens + passed * policy.perSecond)
    }
}
