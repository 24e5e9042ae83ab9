/// Where a loss was going at the end of training: a straight line through its last values.
public struct Trend: Hashable, Sendable {
    /// What a line's slope says.
    public enum Direction: String, CaseIterable, Sendable {
        case falling, flat, rising
    }

    /// The line's change over the window, relative to the window's mean.
    public var change: Double
    /// Standard deviation of the values about the line, relative to the mean.
    public var noise: Double
    /// The window's mean.
    public var mean: Double
    /// Down, up, or neither beyond doubt.
    public var direction: Direction

    /// A change below this share of the mean is none.
    static let leastChange = 0.02
    /// Slope over its standard error from which the change is no chance.
    static let leastSignificance = 3.0
    /// The fewest values that a line is put through.
    static let leastValues = 5

    /// The line through (epoch, loss) points by least squares; nil for too few, and for a mean of 0.
    init?(_ points: [(epoch: Int, loss: Double)]) {
        guard points.count >= Trend.leastValues, let first = points.first, let last = points.last else { return nil }
        let n = Double(points.count)
        let centre = points.reduce(0) { $0 + Double($1.epoch) } / n
        mean = points.reduce(0) { $0 + $1.loss } / n
        guard mean > 0, mean.isFinite, last.epoch > first.epoch else { return nil }
        var (spread, product) = (0.0, 0.0)
        for point in points {
            let x = Double(point.epoch) - centre
            spread += x * x
            product += x * (point.loss - mean)
        }
        let slope = product / spread
        var squares = 0.0
        for point in points {
            let difference = point.loss - mean - slope * (Double(point.epoch) - centre)
            squares += difference * difference
        }
        let deviation = (squares / (n - 2)).squareRoot()
        change = slope * Double(last.epoch - first.epoch) / mean
        noise = deviation / mean
        let isSignificant = abs(slope) >= Trend.leastSignificance * deviation / spread.squareRoot()
        direction = !isSignificant || abs(change) < Trend.leastChange ? .flat : change < 0 ? .falling : .rising
    }
}
