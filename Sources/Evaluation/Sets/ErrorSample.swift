import Perceptron

/// The errors of a network on one set as a sample: 0 or 1 for a class, (ŷ − y)² for a value.
public struct ErrorSample: Hashable, Sendable {
    /// Examples.
    public var count: Int
    /// Mean error: the share of wrong answers, or the mean squared error.
    public var mean: Double
    /// Standard deviation of the errors, from n − 1; 0 of a single one.
    public var deviation: Double
    /// Mean loss.
    public var loss: Double
    /// Variance of the targets, from n; of classes it means nothing.
    public var targetVariance: Double

    /// All values.
    public init(count: Int, mean: Double, deviation: Double, loss: Double, targetVariance: Double) {
        self.count = count
        self.mean = mean
        self.deviation = deviation
        self.loss = loss
        self.targetVariance = targetVariance
    }

    /// Runs `network` over `examples`, block by block.
    public init(of network: TrainedNetwork, on examples: ExampleSet) throws {
        let task = network.shape.task
        var errors = RunningSpread()
        var targets = RunningSpread()
        var losses = RunningSpread()
        try network.score(examples) { block in
            for place in 0..<block.count {
                let prediction = task.predictedClass(block.outputs(of: place))
                let isWrong = prediction.map { Double($0) != block.targets[place] }
                errors.add(isWrong.map { $0 ? 1 : 0 } ?? block.losses[place])
                targets.add(block.targets[place])
                losses.add(block.losses[place])
            }
        }
        let count = Double(errors.count)
        self.init(
            count: errors.count, mean: errors.mean, deviation: (errors.squares / max(count - 1, 1)).squareRoot(),
            loss: losses.mean, targetVariance: targets.squares / max(count, 1))
    }
}

/// Mean and squared deviations of numbers that come one by one (Welford 1962).
private struct RunningSpread {
    var count = 0
    var mean = 0.0
    /// Σ (x − mean)².
    var squares = 0.0

    mutating func add(_ value: Double) {
        count += 1
        let step = value - mean
        mean += step / Double(count)
        squares += step * (value - mean)
    }
}
