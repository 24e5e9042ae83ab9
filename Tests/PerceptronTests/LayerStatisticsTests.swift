import Foundation
import Perceptron
import Testing

/// What a probe finds of each layer is what one finds by hand.
@Suite struct LayerStatisticsTests {
    private func training(_ change: (inout TrainingSpecification) -> Void = { _ in }) -> TrainingSpecification {
        var training = TrainingSpecification()
        training.precision = .float64
        training.optimizer = .sgd
        training.learningRate = 0.1
        training.batchSize = .full
        training.epochs = 1
        change(&training)
        return training
    }

    private func run(
        _ network: NetworkSpecification, _ training: TrainingSpecification, _ examples: ExampleSet
    ) throws -> TrainingOutcome {
        try Training.run(
            network, training, on: DataSets(train: examples), monitor: TrainingMonitor(epochs: training.epochs))
    }

    @Test(arguments: Activation.allCases, Task.allCases)
    func gradientNormsAreThoseOfCentralDifferences(_ activation: Activation, _ task: Task) throws {
        for batchNorm in [false, true] { try compare(activation, task, batchNorm: batchNorm) }
    }

    private func compare(_ activation: Activation, _ task: Task, batchNorm: Bool) throws {
        let network = RandomProblem.network(3, [5, 4], activation, task: task, keepProb: 0.5, batchNorm: batchNorm)
        let examples = RandomProblem.examples(20, inputs: 3, task: task)
        let found = try #require(run(network, training { $0.l2Lambda = 3 }, examples).history.first).layers
        let cost = try CostFunction(network: network, training: training(), on: examples)
        var squares = [Double](repeating: 0, count: 3)
        for index in 0..<cost.layout.count {
            var moved = cost.parameters
            moved[index] += 1e-6
            let above = cost.loss(at: moved).loss
            moved[index] -= 2e-6
            let slope = (above - cost.loss(at: moved).loss) / 2e-6
            if cost.layout.isTrained(index) { squares[cost.layout.location(of: index).layer] += slope * slope }
        }
        #expect(found.count == 3)
        for (statistics, square) in zip(found, squares) {
            #expect(abs(statistics.gradientNorm - square.squareRoot()) < 1e-6 * max(1, square.squareRoot()))
        }
        for (statistics, layer) in zip(found, network.initialLayers ?? []) {
            let norm = layer.weights.reduce(0) { $0 + $1 * $1 }.squareRoot()
            #expect(abs(statistics.weightNorm - norm) < 1e-12 * norm)
        }
    }

    /// ∂L/∂z of one example is the derivative by the biases of a set that has it alone.
    @Test(arguments: Activation.allCases, Task.allCases)
    func deltaNormsAreThoseOfEachExamplesBiases(_ activation: Activation, _ task: Task) throws {
        let network = RandomProblem.network(3, [5, 4], activation, task: task)
        let examples = RandomProblem.examples(12, inputs: 3, task: task)
        let found = try #require(run(network, training(), examples).history.first).layers
        var squares = [Double](repeating: 0, count: 3)
        for row in examples.rows {
            var alone = examples
            alone.rows = [row]
            let cost = try CostFunction(network: network, training: training(), on: alone)
            for index in 0..<cost.layout.count where cost.layout.location(of: index).kind == .biases {
                var moved = cost.parameters
                moved[index] += 1e-6
                let above = cost.loss(at: moved).loss
                moved[index] -= 2e-6
                let slope = (above - cost.loss(at: moved).loss) / 2e-6 / 12
                squares[cost.layout.location(of: index).layer] += slope * slope
            }
        }
        for (statistics, square) in zip(found, squares) {
            #expect(abs(statistics.deltaNorm - square.squareRoot()) < 1e-6 * max(1, square.squareRoot()))
        }
    }

    @Test(arguments: Activation.allCases, Precision.allCases)
    func unitsAreCountedAsByHand(_ activation: Activation, _ precision: Precision) throws {
        var network = RandomProblem.network(3, [40], activation, task: .binary)
        // Some units that never fire and never leave their flat ends, some that always do, most in between.
        for unit in 0..<40 where unit % 3 == 0 {
            network.initialLayers?[0].biases[unit] = unit % 2 == 0 ? -30 : 30
        }
        let examples = RandomProblem.examples(100, inputs: 3, task: .binary)
        let outcome = try run(network, training { $0.precision = precision }, examples)
        let found = try #require(outcome.history.first?.layers.first)
        let layer = try #require(network.initialLayers?.first)
        let outputs = examples.rows.map { row in
            (0..<40).map { unit in
                let z = (0..<3).reduce(layer.biases[unit]) {
                    $0 + layer.weights[unit * 3 + $1] * examples.table[Int(row), $1]
                }
                return g(activation, z)
            }
        }
        let all = outputs.flatMap { $0 }
        let mean = all.reduce(0, +) / Double(all.count)
        let deviation = (all.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(all.count)).squareRoot()
        let tolerance = precision == .float64 ? 1e-12 : 1e-5
        #expect(abs(try #require(found.activationMean) - mean) < tolerance * max(1, abs(mean)))
        #expect(abs(try #require(found.activationDeviation) - deviation) < tolerance * max(1, deviation))
        let dead = (0..<40).count { unit in outputs.allSatisfy { $0[unit] == 0 } }
        #expect(found.deadShare == (activation == .relu ? Double(dead) / 40 : nil))
        let saturated = (0..<40).count { unit in
            outputs.reduce(0) { $0 + slope(activation, $1[unit]) } / 100 < 0.05
        }
        let saturates = activation == .tanh || activation == .sigmoid
        #expect(found.saturatedShare == (saturates ? Double(saturated) / 40 : nil))
        #expect(activation != .relu || dead >= 6)
        #expect(!saturates || saturated >= 13)
        let last = try #require(outcome.history.first?.layers.last)
        #expect(last.activationMean == nil && last.deadShare == nil && last.saturatedShare == nil)
    }

    private func g(_ activation: Activation, _ z: Double) -> Double {
        switch activation {
        case .relu: max(z, 0)
        case .leakyReLU: z > 0 ? z : 0.01 * z
        case .tanh: tanh(z)
        case .sigmoid: 1 / (1 + exp(-z))
        case .identity: z
        }
    }

    /// g′ as a share of its largest value, by g.
    private func slope(_ activation: Activation, _ a: Double) -> Double {
        activation == .tanh ? 1 - a * a : activation == .sigmoid ? 4 * a * (1 - a) : 1
    }

    @Test(arguments: [ExecutionPlan.gemm, .fused], [1, 3])
    func theUpdateRatioIsThatOfTheLastStep(_ plan: ExecutionPlan, _ epochs: Int) throws {
        let network = RandomProblem.network(4, [9, 6], .tanh, task: .multiclass)
        let examples = RandomProblem.examples(30, inputs: 4, task: .multiclass)
        func outcome(_ epochs: Int) throws -> TrainingOutcome {
            try Training.run(
                network, training { $0.epochs = epochs }, on: DataSets(train: examples),
                monitor: TrainingMonitor(epochs: epochs), plan: plan)
        }
        let after = try outcome(epochs)
        let before = epochs == 1 ? try #require(network.initialLayers) : try outcome(epochs - 1).network.layers
        #expect(after.history.first?.layers.allSatisfy { $0.updateRatio == nil } == true)
        let found = try #require(after.history.last?.layers)
        for (layer, statistics) in found.enumerated() {
            let change = zip(after.network.layers[layer].weights, before[layer].weights).map { $0 - $1 }
            let norm = { (x: [Double]) in x.reduce(0) { $0 + $1 * $1 }.squareRoot() }
            let ratio = norm(change) / norm(before[layer].weights)
            #expect(abs(try #require(statistics.updateRatio) - ratio) < 1e-9 * ratio)
        }
    }

    @Test func ofManyWeightsASampleStandsForAll() throws {
        let network = RandomProblem.network(100, [70], .tanh, task: .binary)
        let examples = RandomProblem.examples(60, inputs: 100, task: .binary)
        let outcome = try run(network, training(), examples)
        let before = try #require(network.initialLayers?.first).weights
        let change = zip(outcome.network.layers[0].weights, before).map { $0 - $1 }
        let norm = { (x: [Double]) in x.reduce(0) { $0 + $1 * $1 }.squareRoot() }
        let ratio = norm(change) / norm(before)
        #expect(abs(try #require(outcome.history.last?.layers[0].updateRatio) / ratio - 1) < 0.15)
    }

    @Test func startAndEndAreAlwaysProbedAndLongRunsMoreOften() throws {
        let network = RandomProblem.network(2, [4], .tanh, task: .binary)
        let examples = RandomProblem.examples(40, inputs: 2, task: .binary)
        func probed(_ epochs: Int, every: Int = 1) throws -> [Int] {
            let outcome = try run(
                network,
                training {
                    $0.epochs = epochs
                    $0.historyEvery = every
                }, examples)
            return outcome.history.filter { !$0.layers.isEmpty }.map(\.epoch)
        }
        #expect(try probed(1) == [0, 1])
        #expect(try probed(3) == [0, 3])
        let long = try probed(20_000, every: 100)
        #expect(long.first == 0 && long.last == 20_000)
        #expect(long.count > 5 && long.count < 60)
        #expect(long.allSatisfy { $0 % 100 == 0 })
    }
}
