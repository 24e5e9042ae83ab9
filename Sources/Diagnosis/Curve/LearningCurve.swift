import Perceptron

/// What the rows of a learning curve say together.
public struct LearningCurve: Hashable, Sendable {
    /// The last epoch recorded.
    public var epochs: Int
    /// The loss on the training set over the last fifth of the epochs; nil where there are too few rows.
    public var train: Trend?
    /// The loss on the dev set then.
    public var dev: Trend?
    /// The recorded epoch with the lowest loss on the dev set.
    public var bestEpoch: Int?
    /// Whether the dev loss had its lowest value in the first four fifths of the epochs and has risen from it by more than
    /// 5 % and twice its noise: the network went on learning what only the training set has.
    public var isOverfitting: Bool
    /// The share of the starting training loss that is left.
    public var remainingLoss: Double?

    /// The end of a curve: its last fifth.
    static let window = 0.2

    /// Reads a curve, oldest row first. Losses that are not finite are passed over.
    public init(_ rows: [HistoryRow]) {
        epochs = rows.last?.epoch ?? 0
        let train = LearningCurve.points(rows) { $0.train.loss }
        let dev = LearningCurve.points(rows) { $0.dev?.loss }
        self.train = Trend(LearningCurve.end(of: train))
        let devEnd = Trend(LearningCurve.end(of: dev))
        self.dev = devEnd
        let best = dev.min { $0.loss < $1.loss }
        bestEpoch = best?.epoch
        isOverfitting = false
        if let best, let devEnd, Double(best.epoch) <= (1 - LearningCurve.window) * Double(epochs) {
            let rise = devEnd.mean - best.loss
            isOverfitting = rise > max(0.05 * best.loss, 2 * devEnd.noise * devEnd.mean)
        }
        if let first = train.first, let last = train.last, first.loss > 0, train.count > 1 {
            remainingLoss = last.loss / first.loss
        }
    }

    private static func points(
        _ rows: [HistoryRow], _ loss: (HistoryRow) -> Double?
    ) -> [(epoch: Int, loss: Double)] {
        rows.compactMap { row in loss(row).flatMap { $0.isFinite ? (row.epoch, $0) : nil } }
    }

    /// The points of the last fifth of the epochs, or as many as a line needs where those are fewer.
    private static func end(of points: [(epoch: Int, loss: Double)]) -> [(epoch: Int, loss: Double)] {
        let last = Double(points.last?.epoch ?? 0)
        let inWindow = points.filter { Double($0.epoch) >= (1 - window) * last }
        if inWindow.count >= Trend.leastValues { return inWindow }
        return points.suffix(Trend.leastValues).filter { Double($0.epoch) >= last / 2 }
    }
}
