#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Seconds of a clock that only goes forward.
enum MonotonicClock {
    static var seconds: Double {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + 1e-9 * Double(time.tv_nsec)
    }
}

/// Says at which steps to look at the clock, so that it is read about every 25 ms however short a step is.
struct StepClock {
    private static let wanted = 0.025

    private var interval = 1
    private var left = 1
    private var lastReading = MonotonicClock.seconds

    /// The time, every so many calls; nil at the others.
    mutating func tick() -> Double? {
        left -= 1
        guard left == 0 else { return nil }
        let now = MonotonicClock.seconds
        let elapsed = max(now - lastReading, 1e-9)
        lastReading = now
        let fitting = Double(interval) * Self.wanted / elapsed
        interval = Int(min(max(fitting, 1), 4 * Double(interval), 1e6))
        left = interval
        return now
    }
}
