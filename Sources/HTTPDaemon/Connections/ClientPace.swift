/// How one client keeps up, judged by what the system has seen of its connection now and then. A value that decides; whoever
/// looks after the connections acts.
struct ClientPace {
    /// What the system knows of a connection.
    struct Progress {
        /// Bytes that have come, and bytes that the client has acknowledged, since it was opened.
        var received: UInt64
        var acknowledged: UInt64
        /// Bytes of answers that the client has not acknowledged.
        var unsent: Int
        /// Bytes that have come and are not yet read.
        var unread: Int
    }

    enum Verdict: Equatable {
        case keepsUp
        /// The head or the body of a request is late: 408.
        case requestIsLate
        /// It takes no answers, or nothing at all came from it.
        case isGone
    }

    private struct Window {
        var start: ContinuousClock.Instant
        var count: UInt64
        var expected: UInt64

        init(_ count: UInt64, _ rate: Int, _ length: Duration, _ now: ContinuousClock.Instant) {
            start = now
            self.count = count
            expected = UInt64((Double(rate) * (length / .seconds(1))).rounded(.up))
        }
    }

    private var stage = Stage()
    private var stageBegan: ContinuousClock.Instant
    private var receivedBefore: UInt64 = 0
    private var headBegan: ContinuousClock.Instant?
    private var receiving: Window?
    private var sending: Window?

    /// A connection that was accepted `now`.
    init(now: ContinuousClock.Instant) {
        stageBegan = now
    }

    mutating func judge(
        _ stage: Stage, _ progress: Progress, now: ContinuousClock.Instant, _ limits: ConnectionLimits
    ) -> Verdict {
        if stage != self.stage {
            self.stage = stage
            stageBegan = now
            receivedBefore = progress.received
            headBegan = nil
            receiving = nil
        }
        if !takesAnswers(progress, now, limits) { return .isGone }
        switch stage.part {
        case .head: return judgeHead(progress, now, limits)
        case .body: return sendsBody(progress, now, limits) ? .keepsUp : .requestIsLate
        case .answer, .cut: return .keepsUp
        }
    }

    private mutating func judgeHead(
        _ progress: Progress, _ now: ContinuousClock.Instant, _ limits: ConnectionLimits
    ) -> Verdict {
        if stage.request == 0 {
            guard now - stageBegan >= limits.headTimeout else { return .keepsUp }
            return progress.received > 0 ? .requestIsLate : .isGone
        }
        // Between two requests only the idle timeout counts, which is libmicrohttpd's: until the next one begins.
        if headBegan == nil && progress.received > receivedBefore { headBegan = now }
        guard let headBegan, now - headBegan >= limits.headTimeout else { return .keepsUp }
        return .requestIsLate
    }

    private mutating func sendsBody(
        _ progress: Progress, _ now: ContinuousClock.Instant, _ limits: ConnectionLimits
    ) -> Bool {
        let window = receiving ?? Window(progress.received, limits.receiveRate, limits.receiveWindow, now)
        receiving = window
        guard now - window.start >= limits.receiveWindow else { return true }
        // Where bytes wait to be read it is not the client who is slow.
        guard progress.received - window.count >= window.expected || progress.unread > 0 else { return false }
        receiving = Window(progress.received, limits.receiveRate, limits.receiveWindow, now)
        return true
    }

    /// Only while something waits for the client all the time, and then no more is expected of it than did wait: a stream
    /// on which little happens goes on for ever.
    private mutating func takesAnswers(
        _ progress: Progress, _ now: ContinuousClock.Instant, _ limits: ConnectionLimits
    ) -> Bool {
        guard progress.unsent > 0 else {
            sending = nil
            return true
        }
        guard let window = sending, progress.acknowledged - window.count < window.expected else {
            var window = Window(progress.acknowledged, limits.sendRate, limits.sendWindow, now)
            window.expected = min(window.expected, UInt64(progress.unsent))
            sending = window
            return true
        }
        return now - window.start < limits.sendWindow
    }
}
