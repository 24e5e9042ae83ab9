import Perceptron

/// The errors of a network on one set as a sample: 0 or 1 for a class, (ŷ − y)² for a value.
public struct ErrorSample: Hashable, Sendable {
    /// Examples.
    public var count: Int
    /// As many examples of equal weight would tell as much: (Σw)² / Σw² (Kish 1965), the number of examples where all
    /// weigh the same.
    public var effectiveCount: Double
    /// Mean error by sample weight: the share of wrong answers, or the mean squared error.
    public var mean: Double
    /// Standard deviation of the errors, from n − 1, by weight from Σw − Σw²/Σw; 0 of a single one.
    public var deviation: Double
    /// Mean loss, by class weight × sample weight.
    public var loss: Double
    /// Variance of the targets, from n; of classes it means nothing.
    public var targetVariance: Double

    /// All values.
    public init(
        count: Int, effectiveCount: Double? = nil, mean: Double, deviation: Double, loss: Double, targetVariance: Double
    ) {
        self.count = count
        self.effectiveCount = effectiveCount ?? Double(count)
        self.mean = mean
        self.deviation = deviation
        self.loss = loss
        self.targetVariance = targetVariance
    }

    /// Runs `network` over `examples`, block by block.
    public init(of network: TrainedNetwork, on examples: ExampleSet) throws {
        let task = network.shape.task
        // In units of the largest, so that no square of one is too large.
        let weights = examples.metricWeights.map { weights in
            let largest = weights.max() ?? 1
            return weights.map { $0 / largest }
        }
        let lossWeights = examples.lossWeights
        var errors = RunningSpread()
        var targets = RunningSpread()
        var losses = RunningSpread()
        try network.score(examples) { block in
            for place in 0..<block.count {
                let prediction = task.predictedClass(block.outputs(of: place))
                let isWrong = prediction.map { Double($0) != block.targets[place] }
                let weight = weights?[block.first + place] ?? 1
                errors.add(isWrong.map { $0 ? 1 : 0 } ?? block.losses[place], weight)
                targets.add(block.targets[place], weight)
                losses.add(block.losses[place], lossWeights?[block.first + place] ?? 1)
            }
        }
        self.init(
            count: examples.count, effectiveCount: errors.effectiveCount, mean: errors.mean,
            deviation: errors.deviation, loss: losses.mean, targetVariance: ratio(targets.squares, targets.total) ?? 0)
    }
}

/// Mean and squared deviations of weighted numbers that come one by one (West 1979).
private struct RunningSpread {
    /// Σ w.
    var total = 0.0
    /// Σ w².
    var weightSquares = 0.0
    var mean = 0.0
    /// Σ w (x − mean)².
    var squares = 0.0

    mutating func add(_ value: Double, _ weight: Double) {
        guard weight > 0 else { return }
        total += weight
        weightSquares += weight * weight
        let step = value - mean
        mean += step * weight / total
        squares += weight * step * (value - mean)
    }

    var effectiveCount: Double { ratio(total * total, weightSquares) ?? 0 }

    /// With all weights 1 the divisor is n − 1.
    var deviation: Double {
        let divisor = total - (ratio(weightSquares, total) ?? 0)
        return divisor > 0 ? (squares / divisor).squareRoot() : 0
    }
}
