/// The distance between two errors, held to a threshold.
public struct Gap: Hashable, Sendable {
    /// What is known of a gap.
    public enum Level: String, CaseIterable, Sendable {
        /// Above the threshold, and surely above half of it.
        case high
        /// At most the threshold, and surely below twice that much.
        case low
        /// The sample is too small to tell.
        case unsettled
    }

    /// The difference as measured.
    public var value: Double
    /// Where the true difference lies; nil where a sample is too small to tell.
    public var interval: ConfidenceInterval?
    /// What the difference is held to.
    public var threshold: Double
    /// What follows.
    public var level: Level

    /// A difference with its interval.
    public init(value: Double, interval: ConfidenceInterval?, threshold: Double) {
        self.value = value
        self.interval = interval
        self.threshold = threshold
        level =
            if let interval, value > threshold, interval.lower > threshold / 2 {
                .high
            } else if let interval, value <= threshold, interval.upper < 2 * threshold {
                .low
            } else {
                .unsettled
            }
    }

    /// How far `error` lies above a base that is known.
    public init(_ error: MeasuredError, above base: Double, threshold: Double) {
        self.init(
            value: error.value - base,
            interval: error.interval.map { ConfidenceInterval(lower: $0.lower - base, upper: $0.upper - base) },
            threshold: threshold)
    }

    /// How far `error` lies above `other`. The distances of each error from the ends of its interval are added as
    /// independent ones are, by their squares (Newcombe 1998, method 10).
    public init(_ error: MeasuredError, above other: MeasuredError, threshold: Double) {
        let value = error.value - other.value
        var interval: ConfidenceInterval?
        if let own = error.interval, let others = other.interval {
            func reach(_ a: Double, _ b: Double) -> Double { (a * a + b * b).squareRoot() }
            interval = ConfidenceInterval(
                lower: value - reach(error.value - own.lower, others.upper - other.value),
                upper: value + reach(own.upper - error.value, other.value - others.lower))
        }
        self.init(value: value, interval: interval, threshold: threshold)
    }

    /// About how many times as many examples would settle the level; nil where it is settled, or cannot be told.
    public var missingFactor: Double? {
        guard level == .unsettled, let interval else { return nil }
        let (reach, wanted) =
            value > threshold
            ? (value - interval.lower, value - threshold / 2) : (interval.upper - value, 2 * threshold - value)
        guard wanted > 0, reach.isFinite else { return nil }
        return max(reach * reach / (wanted * wanted), 1)
    }
}
