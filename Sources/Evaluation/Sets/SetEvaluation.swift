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
    /// Mean loss over the examples, without penalties.
    public var loss: Double?
    /// The metrics.
    public var metrics: Metrics
    /// The examples with the largest losses, the largest first.
    public var hardest: [HardExample]

    /// Runs `network` over `examples`, block by block.
    /// - Parameter weights: what each example counts in loss and metrics, in the set's order; nil: all 1.
    public init(
        of network: TrainedNetwork, on examples: ExampleSet, _ options: Options = Options(), weights: [Double]? = nil
    ) throws {
        let shape = network.shape
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
                let outputs = block.outputs(of: place)
                if shape.task == .regression {
                    values.add(target: block.targets[place], prediction: outputs.first ?? .nan, weight: weight)
                } else {
                    classes.add(
                        target: Int(block.targets[place]), outputs: outputs, loss: block.losses[place], weight: weight)
                }
                loss += weight * block.losses[place]
                total += weight
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
