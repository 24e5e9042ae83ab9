import Perceptron
import Testing

/// The gradient of back-propagation against central differences of the cost, for everything that shapes it.
@Suite struct BackpropagationTests {
    struct Combination: Sendable, CustomTestStringConvertible {
        var activation: Activation
        var task: Task
        var l1: Double
        var l2: Double
        var batchNorm: Bool
        var dropout: Bool
        var generator: Generator

        var testDescription: String {
            "\(activation.rawValue), \(task.rawValue), l1 \(l1), l2 \(l2)"
                + (batchNorm ? ", batch norm" : "") + (dropout ? ", \(generator.rawValue) dropout" : "")
        }

        static let all: [Combination] = Activation.allCases.flatMap { activation in
            Task.allCases.flatMap { task in
                [(0, 0), (0.8, 0), (0, 0.9), (0.6, 0.7)].flatMap { l1, l2 in
                    [false, true].flatMap { batchNorm in
                        [(false, Generator.philox), (true, .philox), (true, .numpy)].map { dropout, generator in
                            Combination(
                                activation: activation, task: task, l1: l1, l2: l2, batchNorm: batchNorm,
                                dropout: dropout, generator: generator)
                        }
                    }
                }
            }
        }
    }

    @Test(arguments: Combination.all)
    func theGradientIsTheCostsDerivative(_ given: Combination) throws {
        let examples = RandomProblem.examples(23, inputs: 4, task: given.task)
        let network = RandomProblem.network(
            4, [6, 5], given.activation, task: given.task, keepProb: given.dropout ? 0.7 : 1,
            inputKeepProb: given.dropout ? 0.8 : 1, batchNorm: given.batchNorm)
        var training = TrainingSpecification()
        training.l1Lambda = given.l1
        training.l2Lambda = given.l2
        training.generator = given.generator
        training.dropoutSeed = 5
        let function = try CostFunction(network: network, training: training, on: examples, dropout: given.dropout)
        let report = try GradientCheck.compare(
            gradient: function.costAndGradient().gradient, with: function, training: training, examples: examples.count)

        #expect(report.relativeError < 1e-7, "worst: \(report.worst.prefix(2))")
        #expect(report.relativeError > 0)
        #expect(report.verdict == .correct)
        #expect(report.checked == network.parameterCount)
        #expect(report.total == network.parameterCount)
        #expect(report.excluded == 0)
        for group in report.groups {
            #expect(group.relativeError < 1e-6, "layer \(group.layer), \(group.kind)")
            #expect(group.compared == group.total)
        }
    }

    @Test(arguments: Task.allCases)
    func dropoutChangesTheGradientOnlyWhereItIsAskedFor(_ task: Task) throws {
        let examples = RandomProblem.examples(23, inputs: 4, task: task)
        let with = RandomProblem.network(4, [6, 5], .tanh, task: task, keepProb: 0.7)
        let without = RandomProblem.network(4, [6, 5], .tanh, task: task)
        let training = TrainingSpecification()
        let plain = try CostFunction(network: without, training: training, on: examples).costAndGradient()
        let off = try CostFunction(network: with, training: training, on: examples).costAndGradient()
        let on = try CostFunction(network: with, training: training, on: examples, dropout: true).costAndGradient()
        #expect(off == plain)
        #expect(on.cost != plain.cost)
        #expect(on.gradient != plain.gradient)
    }

    @Test(arguments: [0, 1, 3])
    func networksOfAnyDepthHaveTheRightGradient(_ depth: Int) throws {
        let examples = RandomProblem.examples(31, inputs: 5, task: .multiclass, classes: 4)
        let network = RandomProblem.network(
            5, Array([9, 4, 7].prefix(depth)), .leakyReLU, task: .multiclass, classes: 4)
        var training = TrainingSpecification()
        training.l2Lambda = 0.5
        let report = try GradientCheck.run(network, training, on: examples)
        #expect(report.relativeError < 1e-7)
        #expect(report.groups.count == 2 * (depth + 1))
        #expect(report.checked == network.parameterCount)
    }

    @Test func aFullBatchStepOfGradientDescentTakesTheGradient() throws {
        let examples = RandomProblem.examples(40, inputs: 4, task: .binary)
        let network = RandomProblem.network(4, [6, 5], .tanh, task: .binary, batchNorm: true)
        var training = TrainingSpecification()
        training.precision = .float64
        training.epochs = 1
        training.batchSize = .full
        training.optimizer = .sgd
        training.learningRate = 1
        training.l1Lambda = 0.3
        training.l2Lambda = 0.4
        let function = try CostFunction(network: network, training: training, on: examples)
        let (cost, gradient) = function.costAndGradient()
        let outcome = try Training.run(
            network, training, on: DataSets(train: examples), monitor: TrainingMonitor(epochs: 1))

        let stepCost = try #require(outcome.history.last?.stepCost)
        #expect(abs(stepCost - cost) < 1e-14)
        for (layer, places) in zip(outcome.network.layers, function.layout.layers) {
            for (index, place) in places.weights.enumerated() {
                #expect(abs(layer.weights[index] - (function.parameters[place] - gradient[place])) < 1e-14)
            }
        }
    }
}
