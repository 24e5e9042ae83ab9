import Perceptron
import Testing

/// Each update rule on ŷ = w x + b with one example, against ten lines for one number.
@Suite struct OptimizerTests {
    static let rules: [OptimizerSpecification] = [
        .sgd, .momentum(beta: 0.9), .rmsprop(rho: 0.9, epsilon: 1e-8),
        .adam(beta1: 0.9, beta2: 0.999, epsilon: 1e-8), .adam(beta1: 0.5, beta2: 0.8, epsilon: 1e-3),
        .adamw(beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.1),
    ]

    @Test(arguments: rules, Precision.allCases)
    func everyRuleFollowsItsFormula(_ rule: OptimizerSpecification, _ precision: Precision) throws {
        let (x, y) = (1.5, 2.0)
        var (w, b) = (0.25, -0.5)
        var (weight, bias) = (ScalarOptimizer(rule, isWeight: true), ScalarOptimizer(rule, isWeight: false))
        for _ in 0..<50 {
            let g = 2 * (w * x + b - y)
            weight.update(&w, g * x, rate: 0.02)
            bias.update(&b, g, rate: 0.02)
        }

        let network = NetworkSpecification(
            inputs: 1, hiddenLayers: [], outputs: 1, task: .regression,
            initialLayers: [LayerParameters(weights: [0.25], biases: [-0.5])])
        var training = TrainingSpecification()
        training.epochs = 50
        training.optimizer = rule
        training.learningRate = 0.02
        training.precision = precision
        let outcome = try Training.run(
            network, training, on: DataSets(train: RandomProblem.make([[x]], [y], task: .regression)),
            monitor: TrainingMonitor(epochs: 50))
        let tolerance = precision == .float64 ? 1e-13 : 1e-5
        #expect(abs(outcome.network.layers[0].weights[0] - w) < tolerance)
        #expect(abs(outcome.network.layers[0].biases[0] - b) < tolerance)
        #expect(w != 0.25)
    }

    @Test func clippingShortensTheGradientToItsNorm() throws {
        let examples = RandomProblem.examples(20, inputs: 3, task: .regression)
        let network = RandomProblem.network(3, [4], .tanh, task: .regression)
        var training = TrainingSpecification()
        training.epochs = 1
        training.batchSize = .full
        training.optimizer = .sgd
        training.learningRate = 1
        training.precision = .float64
        let free = try Training.run(
            network, training, on: DataSets(train: examples), monitor: TrainingMonitor(epochs: 1))
        training.clipNorm = 0.01
        let clipped = try Training.run(
            network, training, on: DataSets(train: examples), monitor: TrainingMonitor(epochs: 1))

        func moved(_ outcome: TrainingOutcome) -> Double {
            var squares: [Double] = []
            for (end, start) in zip(outcome.network.layers, network.initialLayers ?? []) {
                for (a, b) in zip(end.weights + end.biases, start.weights + start.biases) {
                    squares.append((a - b) * (a - b))
                }
            }
            return squares.reduce(0, +).squareRoot()
        }
        let norm = try #require(free.history[1].gradientNorm)
        #expect(norm > 0.05)
        #expect(abs(moved(free) - norm) < 1e-12)
        #expect(clipped.history[1].gradientNorm == norm)
        #expect(abs(moved(clipped) - 0.01) < 1e-12)
    }

    @Test func theRateFallsAsTheScheduleSays() throws {
        let schedules: [(LearningRateDecay, [Double])] = [
            (.step(rate: 0.5, every: 2), [1, 1, 0.5, 0.5, 0.25]),
            (.exponential(rate: 0.1), [1, 0.1, 0.01, 0.001, 0.0001]),
            (.inverseTime(rate: 1), [1, 1 / 2.0, 1 / 3.0, 1 / 4.0, 1 / 5.0]),
            (.cosine(minimum: 0.2), [1, 0.923606797749979, 0.723606797749979, 0.476393202250021, 0.276393202250021]),
        ]
        let examples = RandomProblem.examples(5, inputs: 2, task: .regression)
        for (schedule, expected) in schedules {
            var training = TrainingSpecification()
            training.epochs = 5
            training.learningRate = 1e-3
            training.learningRateDecay = schedule
            if case .cosine = schedule { training.learningRateDecay = .cosine(minimum: 0.2e-3) }
            let outcome = try Training.run(
                RandomProblem.network(2, [], .relu, task: .regression), training, on: DataSets(train: examples),
                monitor: TrainingMonitor(epochs: 5))
            #expect(outcome.history[0].learningRate == 1e-3)
            for (row, rate) in zip(outcome.history.dropFirst(), expected) {
                #expect(abs(row.learningRate - 1e-3 * rate) < 1e-15)
            }
            #expect(outcome.history.count == 6)
        }
    }

    @Test func theRateThatIsReportedIsTheOneThatIsUsed() throws {
        var training = TrainingSpecification()
        training.epochs = 3
        training.optimizer = .sgd
        training.precision = .float64
        training.learningRate = 0.1
        training.learningRateDecay = .inverseTime(rate: 2)
        let network = NetworkSpecification(
            inputs: 1, hiddenLayers: [], outputs: 1, task: .regression,
            initialLayers: [LayerParameters(weights: [0], biases: [0])])
        let outcome = try Training.run(
            network, training, on: DataSets(train: RandomProblem.make([[0]], [1], task: .regression)),
            monitor: TrainingMonitor(epochs: 3))
        var b = 0.0
        for epoch in 0..<3 { b -= 0.1 / (1 + 2 * Double(epoch)) * 2 * (b - 1) }
        #expect(abs(outcome.network.layers[0].biases[0] - b) < 1e-15)
    }
}
