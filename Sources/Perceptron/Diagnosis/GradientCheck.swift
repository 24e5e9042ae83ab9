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

        /// The defaults.
        public init() {}
    }

    /// Thrown by a check whose `isCancelled` said yes.
    public struct Cancelled: Error, Hashable, Sendable {}

    /// Checks the gradient of `network` trained as `training` on `examples`. `isCancelled` is asked once per parameter.
    /// - Throws: `TrainingError` for what keeps a training run from starting, `Cancelled`.
    public static func run(
        _ network: NetworkSpecification, _ training: TrainingSpecification, on examples: ExampleSet,
        options: Options = Options(), isCancelled: () -> Bool = { false }
    ) throws -> GradientCheckReport {
        let size = CheckSize(network, examples: examples.count, options: options)
        let function = try CostFunction(
            network: network, training: training, on: size.subset(of: examples, seed: training.seed))
        let sample = GradientCheckSample(of: function.layout, limit: size.parameters, seed: training.seed)
        return try compare(
            function.costAndGradient(), with: function, sample: sample, l1Lambda: training.l1Lambda,
            examples: size.examples, epsilon: options.epsilon, isCancelled: isCancelled)
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
        var differences = CentralDifferences(function, cost: start.cost, l1Lambda: l1Lambda, epsilon: epsilon)
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

/// How much of a large check is done: two forward passes a parameter must end in seconds.
private struct CheckSize {
    /// Multiplications worth some seconds.
    private static let budget = 1e10
    /// What an activation takes, in multiplications.
    private static let activation = 10.0

    let parameters: Int
    let examples: Int

    init(_ network: NetworkSpecification, examples: Int, options: GradientCheck.Options) {
        // Each of a parameter's two passes multiplies each example with every weight.
        let units = network.hiddenLayers.reduce(0.0) { $0 + Double($1.units) } + Double(network.outputs)
        let passes = 2 * (Double(network.parameterCount) + Self.activation * units)
        let affordable = { (other: Int) in Int(min(Self.budget / (passes * Double(max(other, 1))), 1e15)) }
        let wanted = min(options.maxExamples ?? examples, examples)
        parameters = min(
            options.maxParameters ?? min(2_000, max(20, affordable(min(wanted, 64)))), network.parameterCount)
        self.examples = options.maxExamples == nil ? min(wanted, max(8, affordable(parameters))) : wanted
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
