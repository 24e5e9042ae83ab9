/// What only rises: events, bytes.
public final class Counter: Sendable {
    private let cells = ShardedCells(1)

    /// At 0.
    public init() {}

    /// Adds `amount` ≥ 0.
    public func add(_ amount: Int = 1) { cells.add(amount, to: 0) }

    /// All that was added.
    public var value: Int { cells.sum(0) }
}

/// How durations are distributed: counts up to each of some bounds, and their sum.
public final class Histogram: Sendable {
    /// What a histogram has counted.
    public struct Reading: Sendable {
        /// Upper bounds in seconds, ascending; the last, infinity, is left out.
        public let bounds: [Double]
        /// Durations up to each bound, those up to the bounds before included; one more than `bounds`, for all.
        public let counts: [Int]
        /// In seconds.
        public let sum: Double
        /// All durations.
        public var count: Int { counts.last ?? 0 }
    }

    private let bounds: [UInt64]
    private let cells: ShardedCells

    /// - Parameter bounds: upper bounds in seconds, ascending.
    public init(_ bounds: [Double]) {
        self.bounds = bounds.map { UInt64(($0 * 1e9).rounded()) }
        cells = ShardedCells(bounds.count + 2)
    }

    /// Counts a duration.
    public func observe(nanoseconds: UInt64) {
        var place = 0
        while place < bounds.count, nanoseconds > bounds[place] { place += 1 }
        let shard = ShardedCells.shard
        cells.add(1, to: place, shard: shard)
        cells.add(Int(clamping: nanoseconds), to: bounds.count + 1, shard: shard)
    }

    /// Counts a duration.
    public func observe(_ duration: Duration) {
        let (seconds, attoseconds) = duration.components
        observe(nanoseconds: UInt64(clamping: seconds * 1_000_000_000 + attoseconds / 1_000_000_000))
    }

    /// Everything so far.
    public var reading: Reading {
        var total = 0
        let counts = (0...bounds.count).map { place in
            total += cells.sum(place)
            return total
        }
        return Reading(
            bounds: bounds.map { Double($0) / 1e9 }, counts: counts, sum: Double(cells.sum(bounds.count + 1)) / 1e9)
    }

    /// Bounds for what people wait for: from half a millisecond to half a minute.
    public static let latencyBounds = [
        0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30,
    ]

    /// Bounds for what disks take: from a tenth of a millisecond to ten seconds.
    public static let diskBounds = [
        0.0001, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10,
    ]
}

/// Counters side by side, one for each place of a table.
public final class CounterTable: Sendable {
    private let cells: ShardedCells

    /// The number of places.
    public var count: Int { cells.count }

    /// So many counters, all at 0.
    public init(_ count: Int) { cells = ShardedCells(count) }

    /// Adds to the counter at `place`.
    public func add(_ amount: Int = 1, at place: Int) { cells.add(amount, to: place) }

    /// What was added at `place`.
    public subscript(place: Int) -> Int { cells.sum(place) }
}
