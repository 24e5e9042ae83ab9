/// Back-propagation against central differences, in float64 whatever the precision of training: the starting parameters,
/// the full cost with its penalties, all examples as one batch, dropout off.
///
/// The derivatives are (J(w + ε) − J(w − ε)) / 2ε. Where the verdict on them would be `suspicious`, all are measured again
/// by the five-point formula with a longer step, whose own error is a thousandth, and the verdict is on those.
public enum GradientCheck {
    /// How a check is done.
    public struct Options: Sendable {
        /// The step to either side of a parameter, > 0. Truncation grows with its square, round-off with its inverse;
        /// at 1e-5 both lie well below the 1e-7 asked for.
        public var epsilon: Double = 1e-5
        /// The most parameters looked at, ≥ 1. Nil: 2,000, fewer (down to 20) where the work is large.
        public var maxParameters: Int?
        /// The most examples J is taken over, ≥ 1. Nil: all, fewer (down to 8) where the work is large.
        public var maxExamples: Int?
        /// A mistake made on purpose in the back-propagated gradient, to see it found.
        public var deliberateError: DeliberateError?

        /// The defaults.
        public init() {}
    }

    /// A back-propagation that gets one tensor's derivatives wrong by a factor, as a forgotten 1/m or a doubled term does.
    public struct DeliberateError: Hashable, Sendable {
        /// 0 for the first hidden layer; the output layer is the last.
        public var layer: Int
        /// Which of the layer's tensors.
        public var kind: ParameterLayout.Kind
        /// The derivatives are multiplied by it.
        public var factor: Double

        /// All values.
        public init(layer: Int, kind: ParameterLayout.Kind, factor: Double) {
            self.layer = layer
            self.kind = kind
            self.factor = factor
        }
    }

    /// Thrown where a deliberate error is to be made in a tensor that the network does not train.
    public struct NoSuchTensor: Error, Hashable, Sendable {
        /// Layers of the network, the output layer included.
        public let layers: Int
    }

    /// Thrown by a check whose `isCancelled` said yes.
    public struct Cancelled: Error, Hashable, Sendable {}

    /// Thrown where the options ask for `factor` times what one check may do.
    public struct TooMuchWork: Error, Hashable, Sendable {
        /// Above 1.
        public let factor: Double
    }

    /// Checks the gradient of `network` trained as `training` on `examples`. `isCancelled` is asked once per parameter.
    /// - Parameter memoryLimit: bytes that the check may take.
    /// - Throws: `TrainingError` for what keeps a training run from starting, `TooMuchWork`, `NoSuchTensor`,
    ///   `Cancelled`.
    public static func run(
        _ network: NetworkSpecification, _ training: TrainingSpecification, on examples: ExampleSet,
        options: Options = Options(), memoryLimit: Int = .max, isCancelled: () -> Bool = { false }
    ) throws -> GradientCheckReport {
        let size = try CheckSize(network, examples: examples.count, options: options)
        var asOneBatch = training
        asOneBatch.precision = .float64
        asOneBatch.batchSize = .full
        asOneBatch.optimizer = .sgd
        let bytes = Training.memoryBytes(network, asOneBatch, rows: size.examples, plan: .gemm)
        guard bytes <= memoryLimit else { throw TrainingError.notEnoughMemory(bytes: bytes) }
        let function = try CostFunction(
            network: network, training: training, on: size.subset(of: examples, seed: training.seed))
        let sample = GradientCheckSample(of: function.layout, limit: size.parameters, seed: training.seed)
        var start = function.costAndGradient()
        if let error = options.deliberateError { try error.make(in: &start.gradient, sample) }
        return try compare(
            start, with: function, sample: sample, l1Lambda: training.l1Lambda, examples: size.examples,
            epsilon: options.epsilon, isCancelled: isCancelled)
    }

    /// Compares any `gradient` (arena order) with the differences of `function`, all parameters.
    package static func compare(
        gradient: [Double], with function: CostFunction, training: TrainingSpecification, examples: Int,
        epsilon: Double = Options().epsilon
    ) throws -> GradientCheckReport {
        let cost = function.cost(at: function.parameters).cost
        return try compare(
            (cost, gradient), with: function,
            sample: GradientCheckSample(of: function.layout, limit: .max, seed: training.seed),
            l1Lambda: training.l1Lambda, examples: examples, epsilon: epsilon, isCancelled: { false })
    }

    private static func compare(
        _ start: (cost: Double, gradient: [Double]), with function: CostFunction, sample: GradientCheckSample,
        l1Lambda: Double, examples: Int, epsilon: Double, isCancelled: () -> Bool
    ) throws -> GradientCheckReport {
        var differences = CentralDifferences(function, l1Lambda: l1Lambda, epsilon: epsilon)
        var measured: [CentralDifferences.Derivative] = []
        measured.reserveCapacity(sample.count)
        for group in sample.groups {
            for index in group.indices {
                if isCancelled() { throw Cancelled() }
                measured.append(differences.derivative(index, isWeight: group.kind == .weights))
            }
        }
        let roundOff = differences.roundOff
        let summary = { (measured: [CentralDifferences.Derivative]) in
            GradientCheckTally.report(
                gradient: start.gradient, measured: measured, sample: sample, layout: function.layout,
                roundOff: roundOff, epsilon: epsilon, examples: examples, cost: start.cost)
        }
        let report = summary(measured)
        guard report.verdict == .suspicious else { return report }

        // Truncation or round-off of the differences could explain this much: look closer before saying so.
        var position = 0
        for group in sample.groups {
            for index in group.indices {
                if isCancelled() { throw Cancelled() }
                if let value = differences.finerDerivative(index, isWeight: group.kind == .weights) {
                    measured[position].value = value
                }
                position += 1
            }
        }
        return summary(measured)
    }
}

extension GradientCheck.DeliberateError {
    /// Multiplies the tensor's part of `gradient` (arena order).
    fileprivate func make(
        in gradient: inout [Double], _ sample: GradientCheckSample
    ) throws(GradientCheck.NoSuchTensor) {
        guard let group = sample.groups.first(where: { $0.layer == layer && $0.kind == kind }) else {
            throw GradientCheck.NoSuchTensor(layers: (sample.groups.last?.layer ?? 0) + 1)
        }
        for index in group.range { gradient[index] *= factor }
    }
}

/// How much of a large check is done: a handful of forward passes a parameter must end in seconds.
private struct CheckSize {
    /// Multiplications worth some seconds.
    private static let budget = 1e10
    /// The most that a client may ask for, in the same unit.
    private static let limit = 2e11
    /// What an activation takes, in multiplications.
    private static let activation = 10.0
    /// What reading a parameter takes, in multiplications by one.
    private static let reading = 64.0

    let parameters: Int
    let examples: Int

    /// - Throws: `tooMuchWork` where the options ask for more than `limit`.
    init(
        _ network: NetworkSpecification, examples: Int, options: GradientCheck.Options
    ) throws(GradientCheck.TooMuchWork) {
        let units = network.hiddenLayers.reduce(0.0) { $0 + Double($1.units) } + Double(network.outputs)
        let parameterCount = Double(network.parameterCount)
        func work(parameters: Int, examples: Int) -> Double {
            let example = parameterCount + Self.activation * units
            return 2 * Double(parameters) * (example * Double(examples) + Self.reading * parameterCount)
        }
        func affordable(_ examples: Int) -> Int { Int(min(Self.budget / work(parameters: 1, examples: examples), 1e9)) }
        let wanted = min(options.maxExamples ?? examples, examples)
        let parameters = min(
            options.maxParameters ?? min(2_000, max(20, affordable(min(wanted, 64)))), network.parameterCount)
        var rows = wanted
        if options.maxExamples == nil {
            while rows > 8, work(parameters: parameters, examples: rows) > Self.budget { rows = max(8, rows / 2) }
        }
        let total = work(parameters: parameters, examples: rows)
        guard total <= Self.limit else { throw GradientCheck.TooMuchWork(factor: total / Self.limit) }
        self.parameters = parameters
        self.examples = rows
    }

    /// `examples` rows of `set`, in the set's order.
    func subset(of set: ExampleSet, seed: UInt64) -> ExampleSet {
        guard examples < set.count else { return set }
        var subset = set
        let order = Philox(seed: seed, purpose: .gradientCheckSample).permutation(set.count, major: 1)
        subset.rows = order[..<examples].sorted().map { set.rows[Int($0)] }
        return subset
    }
}
