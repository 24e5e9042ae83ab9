import Perceptron

/// How a trained network does on one set.
public struct SetEvaluation: Sendable {
    /// What the task has.
    public enum Metrics: Sendable {
        case classification(ClassificationMetrics)
        case regression(RegressionMetrics)
    }

    /// What is asked for.
    public struct Options: Hashable, Sendable {
        /// Hardest examples to keep.
        public var hardest = 10
        /// Bins of the calibration, ≥ 1.
        public var bins = 10
        /// The probability above which `binary` is taken for the second class.
        public var threshold = 0.5

        /// The defaults.
        public init() {}
    }

    /// Examples.
    public var count: Int
    /// Σ w loss / Σ w over the examples, w being class weight × sample weight, without penalties.
    public var loss: Double?
    /// The metrics, by sample weight.
    public var metrics: Metrics
    /// The examples with the largest losses, the largest first; those that count nothing are left out.
    public var hardest: [HardExample]

    /// Runs `network` over `examples`, block by block.
    public init(of network: TrainedNetwork, on examples: ExampleSet, _ options: Options = Options()) throws {
        let shape = network.shape
        let (weights, lossWeights) = (examples.metricWeights, examples.lossWeights)
        var hardest = HardExamples(limit: options.hardest)
        var loss = 0.0
        var total = 0.0
        var classes = ClassificationTally(
            classes: max(shape.outputs, 2), outputs: shape.outputs,
            examples: shape.task == .regression ? 0 : examples.count,
            bins: options.bins, threshold: options.threshold, isWeighted: weights != nil)
        var values = RegressionTally(examples: shape.task == .regression ? examples.count : 0)
        try network.score(examples) { block in
            for place in 0..<block.count {
                let weight = weights?[block.first + place] ?? 1
                let lossWeight = lossWeights?[block.first + place] ?? 1
                let outputs = block.outputs(of: place)
                if shape.task == .regression {
                    values.add(target: block.targets[place], prediction: outputs.first ?? .nan, weight: weight)
                } else {
                    classes.add(
                        target: Int(block.targets[place]), outputs: outputs, loss: block.losses[place], weight: weight)
                }
                if lossWeight == 0 { continue }
                loss += lossWeight * block.losses[place]
                total += lossWeight
                hardest.add(
                    place: block.first + place, loss: block.losses[place], target: block.targets[place],
                    outputs: outputs)
            }
        }
        count = examples.count
        self.loss = ratio(loss, total)
        metrics = shape.task == .regression ? .regression(values.metrics) : .classification(classes.metrics)
        self.hardest = hardest.examples
    }
}
