import Perceptron
import Testing

/// What the check says of right, wrong and unusual gradients.
@Suite struct GradientCheckTests {
    /// The course's 2-20-3-1 with L2.
    private let examples = RandomProblem.examples(60, inputs: 2, task: .binary)
    private let network = RandomProblem.network(2, [20, 3], .tanh, task: .binary)
    private var training: TrainingSpecification {
        var training = TrainingSpecification()
        training.l2Lambda = 0.7
        return training
    }

    /// The report on the true gradient after `spoil` has had it.
    private func report(
        spoil: (inout [Double], ParameterLayout) -> Void
    ) throws -> GradientCheckReport {
        let function = try CostFunction(network: network, training: training, on: examples)
        var gradient = function.costAndGradient().gradient
        spoil(&gradient, function.layout)
        return try GradientCheck.compare(
            gradient: gradient, with: function, training: training, examples: examples.count)
    }

    @Test func aRightGradientIsCorrect() throws {
        let report = try GradientCheck.run(network, training, on: examples)
        #expect(report.verdict == .correct)
        #expect(report.relativeError < 1e-7)
        #expect(report.relativeError > 0)
        #expect(report.checked == 127)
        #expect(report.total == 127)
        #expect(report.examples == 60)
        #expect(report.epsilon == 1e-5)
        #expect(report.groups.map(\.layer) == [0, 0, 1, 1, 2, 2])
        #expect(report.groups.map(\.kind) == [.weights, .biases, .weights, .biases, .weights, .biases])
        #expect(report.groups.map(\.total) == [40, 20, 60, 3, 3, 1])
        #expect(report.worst.count == 10)
        let distances = report.worst.map { abs($0.analytic - $0.numeric) }
        #expect(distances == distances.sorted(by: >))
    }

    @Test(arguments: [0, 1, 2])
    func aWrongSignInOneLayerIsWrong(_ layer: Int) throws {
        let report = try report { gradient, layout in
            for index in layout.layers[layer].weights { gradient[index].negate() }
        }
        #expect(report.verdict == .wrong)
        for group in report.groups {
            let spoilt = group.layer == layer && group.kind == .weights
            #expect(spoilt ? group.relativeError > 0.99 : group.relativeError < 1e-6)
        }
        let first = try #require(report.worst.first)
        #expect(first.location.layer == layer && first.location.kind == .weights)
        #expect(first.relativeError > 0.99)
    }

    @Test func aMissingPenaltyTermIsWrong() throws {
        let function = try CostFunction(network: network, training: training, on: examples)
        let plain = try CostFunction(network: network, training: TrainingSpecification(), on: examples)
        let report = try GradientCheck.compare(
            gradient: plain.costAndGradient().gradient, with: function, training: training, examples: examples.count)
        #expect(report.verdict == .wrong)
        for group in report.groups {
            #expect(group.kind == .weights ? group.relativeError > 1e-3 : group.relativeError < 1e-6)
        }
    }

    @Test(arguments: [(1.01, GradientCheckReport.Verdict.wrong), (1.0001, .suspicious), (1 + 1e-9, .correct)])
    func aScaledGradientIsJudgedByItsScale(_ scale: Double, _ verdict: GradientCheckReport.Verdict) throws {
        let report = try report { gradient, _ in
            for index in gradient.indices { gradient[index] *= scale }
        }
        #expect(report.verdict == verdict)
        if verdict != .correct { #expect(abs(report.relativeError / ((scale - 1) / 2) - 1) < 0.02) }
    }

    @Test func oneWrongDerivativeIsNamed() throws {
        let report = try report { gradient, layout in
            gradient[layout.layers[1].weights.lowerBound + 20 + 4] += 0.01
        }
        #expect(report.verdict == .wrong)
        let first = try #require(report.worst.first)
        #expect(first.location.layer == 1)
        #expect(first.location.kind == .weights)
        #expect(first.location.row == 1)
        #expect(first.location.column == 4)
        #expect(abs(first.analytic - first.numeric - 0.01) < 1e-8)
    }

    @Test func aGradientThatIsNotANumberIsWrong() throws {
        let report = try report { gradient, _ in gradient[3] = .nan }
        #expect(report.verdict == .wrong)
        #expect(report.worst.first?.analytic.isNaN == true)
    }

    // MARK: Kinks

    /// One ReLU unit whose bias is all that can move the first example's pre-activation `z` through 0.
    private func kinked(at z: Double) throws -> GradientCheckReport {
        let network = NetworkSpecification(
            inputs: 1, hiddenLayers: [.init(units: 1)], outputs: 1, task: .binary,
            initialLayers: [
                LayerParameters(weights: [1], biases: [z]), LayerParameters(weights: [0.7], biases: [-0.1]),
            ])
        let examples = RandomProblem.make([[0], [1.5], [-2]], [1, 0, 1], task: .binary)
        return try GradientCheck.run(network, TrainingSpecification(), on: examples)
    }

    @Test(arguments: [3e-6, -3e-6])
    func aKinkWithinTheStepIsCountedAndIsNoError(_ z: Double) throws {
        let report = try kinked(at: z)
        #expect(report.kinks == 1)
        #expect(report.excluded == 0)
        #expect(report.verdict == .correct)
    }

    @Test func aKinkAtTheVeryPointIsLeftOut() throws {
        let report = try kinked(at: 0)
        #expect(report.kinks == 1)
        #expect(report.excluded == 1)
        #expect(report.checked == 4)
        #expect(report.groups.map(\.compared) == [1, 0, 1, 1])
        #expect(report.verdict == .correct)
    }

    @Test func aKinkOutsideTheStepIsNone() throws {
        let report = try kinked(at: 2e-5)
        #expect(report.kinks == 0)
        #expect(report.verdict == .correct)
    }

    @Test(arguments: [(0.0, 0), (1.0, 1)])
    func aWeightThatChangesSignIsAKinkOnlyUnderL1(_ lambda: Double, _ kinks: Int) throws {
        let network = NetworkSpecification(
            inputs: 2, hiddenLayers: [], outputs: 1, task: .binary,
            initialLayers: [LayerParameters(weights: [4e-6, 0.5], biases: [1e-6])])
        var training = TrainingSpecification()
        training.l1Lambda = lambda
        let report = try GradientCheck.run(network, training, on: examples)
        #expect(report.kinks == kinks)
        #expect(report.excluded == 0)
        #expect(report.verdict == .correct)
    }

    // MARK: Vanishing gradients

    @Test func gradientsThatAreAllZeroAreCorrect() throws {
        let network = NetworkSpecification(
            inputs: 1, hiddenLayers: [.init(units: 3, activation: .tanh)], outputs: 1, task: .binary,
            initializer: .zeros)
        let examples = RandomProblem.make([[1], [2], [3], [4]], [0, 1, 1, 0], task: .binary)
        let report = try GradientCheck.run(network, TrainingSpecification(), on: examples)
        #expect(report.relativeError == 0)
        #expect(report.verdict == .correct)
    }

    @Test func aLayerWithoutGradientIsNotWrong() throws {
        // Saturated units: the derivative of their weights is far below what rounding makes of the differences.
        var network = RandomProblem.network(2, [3], .sigmoid, task: .binary)
        network.initialLayers?[0].biases = [40, 41, -42]
        let report = try GradientCheck.run(network, TrainingSpecification(), on: examples)
        #expect(report.verdict == .correct)
        #expect(report.groups[0].relativeError == 0)
        #expect(report.groups[1].relativeError == 0)
        #expect(report.groups[2].relativeError < 1e-7)
    }

    // MARK: What differences cannot see

    /// Batch normalisation makes the cost bend sharply where a unit's weights are small: with a long step the plain
    /// central differences miss the derivative by about 1e-6, and the gradient must not be blamed for it.
    @Test(arguments: [Activation.tanh, .relu])
    func theDifferencesOwnErrorIsNotTakenForTheGradients(_ activation: Activation) throws {
        var network = RandomProblem.network(2, [20, 3], activation, task: .binary, batchNorm: true)
        var layers = try #require(network.initialLayers)
        layers[0].weights = layers[0].weights.map { 0.1 * $0 }
        network.initialLayers = layers
        var options = GradientCheck.Options()
        options.epsilon = 3e-5
        let report = try GradientCheck.run(network, training, on: examples, options: options)
        #expect(report.epsilon == 3e-5)
        #expect(report.verdict == .correct)

        let function = try CostFunction(network: network, training: training, on: examples)
        var gradient = function.costAndGradient().gradient
        for index in gradient.indices { gradient[index] *= 1.00001 }
        let spoilt = try GradientCheck.compare(
            gradient: gradient, with: function, training: training, examples: examples.count, epsilon: 3e-5)
        #expect(spoilt.verdict == .suspicious)
        #expect(abs(spoilt.relativeError / 5e-6 - 1) < 0.05)
    }

    @Test func aTrainedNetworksSmallGradientIsCorrect() throws {
        var network = RandomProblem.network(2, [20, 3], .relu, task: .binary)
        var descent = training
        descent.epochs = 2000
        descent.batchSize = .full
        descent.optimizer = .sgd
        descent.learningRate = 0.1
        descent.precision = .float64
        descent.historyEvery = 2000
        network.initialLayers = try Training.run(
            network, descent, on: DataSets(train: examples), monitor: TrainingMonitor(epochs: descent.epochs)
        ).network.layers
        let report = try GradientCheck.run(network, training, on: examples)
        #expect(report.verdict == .correct)
    }

    // MARK: Large networks

    private func sampled(_ count: Int, seed: UInt64) throws -> GradientCheckReport {
        let examples = RandomProblem.examples(80, inputs: 40, task: .multiclass, classes: 5)
        let network = NetworkSpecification(
            inputs: 40, hiddenLayers: [.init(units: 60), .init(units: 30, activation: .tanh)], outputs: 5,
            task: .multiclass)
        var training = TrainingSpecification()
        training.seed = seed
        training.l2Lambda = 0.1
        var options = GradientCheck.Options()
        options.maxParameters = count
        return try GradientCheck.run(network, training, on: examples, options: options)
    }

    @Test(arguments: [1, 7, 300, 1001])
    func aSampleHasExactlyTheNumberAskedFor(_ count: Int) throws {
        let report = try sampled(count, seed: 1)
        #expect(report.checked == count)
        #expect(report.total == 40 * 60 + 60 + 60 * 30 + 30 + 30 * 5 + 5)
        #expect(report.groups.reduce(0) { $0 + $1.compared } + report.excluded == count)
        #expect(report.verdict == .correct)
        if count >= 300 { #expect(report.groups.allSatisfy { $0.compared > 0 }) }
    }

    @Test func theSampleDependsOnTheSeedAlone() throws {
        let first = try sampled(50, seed: 1)
        #expect(try sampled(50, seed: 1) == first)
        #expect(try sampled(50, seed: 2).worst.map(\.location) != first.worst.map(\.location))
    }

    @Test func aNetworkIsSampledWithoutBeingAsked() throws {
        let examples = RandomProblem.examples(64, inputs: 60, task: .binary)
        let network = NetworkSpecification(
            inputs: 60, hiddenLayers: [.init(units: 50)], outputs: 1, task: .binary)
        let report = try GradientCheck.run(network, TrainingSpecification(), on: examples)
        #expect(report.total == 3101)
        #expect(report.checked == 2000)
        #expect(report.verdict == .correct)
    }

    @Test func fewerExamplesMakeTheSameKindOfCheck() throws {
        var options = GradientCheck.Options()
        options.maxExamples = 13
        let report = try GradientCheck.run(network, training, on: examples, options: options)
        #expect(report.examples == 13)
        #expect(report.verdict == .correct)
    }

    // MARK: Settings

    @Test func precisionDropoutAndBatchesDoNotMatter() throws {
        let plain = try GradientCheck.run(network, training, on: examples)
        var other = training
        other.precision = .float64
        other.batchSize = .full
        other.optimizer = .sgd
        other.dropoutMask = .fixed
        var noisy = network
        noisy.inputKeepProb = 0.5
        for index in noisy.hiddenLayers.indices { noisy.hiddenLayers[index].keepProb = 0.5 }
        #expect(try GradientCheck.run(noisy, other, on: examples) == plain)
    }

    @Test func aCancelledCheckSaysSo() {
        var asked = 0
        #expect(throws: GradientCheck.Cancelled.self) {
            try GradientCheck.run(network, training, on: examples) {
                asked += 1
                return asked > 5
            }
        }
        #expect(asked == 6)
    }

    @Test func whatTrainingRefusesTheCheckRefuses() {
        var network = network
        network.initialLayers?.removeLast()
        #expect(throws: TrainingError.initialLayerCount(expected: 3, found: 2)) {
            try GradientCheck.run(network, training, on: examples)
        }
    }
}
