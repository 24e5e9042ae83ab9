import Perceptron
import Testing

/// Both plans, on every instruction set, against the naive twin, on random networks.
@Suite struct ExecutionPlanTests {
    struct Draw: Sendable, CustomTestStringConvertible {
        let number: Int
        let network: NetworkSpecification
        let training: TrainingSpecification
        let rows: Int
        let isNormalised: Bool

        /// The `number`-th random problem.
        init(_ number: Int) {
            self.number = number
            var random = NumPyRandomState(seed: UInt32(5000 + number))
            func pick<T>(_ choices: [T]) -> T { choices[Int(random.uniform() * Double(choices.count))] }
            let task = pick(Task.allCases)
            let inputs = pick([1, 2, 3, 4, 7, 16, 33, 64])
            let hidden = (0..<pick([0, 1, 1, 2, 2, 3])).map { _ in pick([1, 2, 3, 4, 5, 8, 16, 20, 31, 40]) }
            let batchSize: BatchSize = pick([
                .full, .full, .count(1), .count(3), .count(16), .count(32), .count(100),
            ])
            // Some thirty steps at most: float32 drifts apart with every one, whatever the plan.
            let most = if case .count(let count) = batchSize { 14 * count } else { 260 }
            rows = min(pick([1, 2, 7, 33, 70, 131, 260]), most)
            isNormalised = pick([false, true])
            var network = RandomProblem.network(
                inputs, hidden, .relu, task: task, classes: pick([2, 3, 5]), inputKeepProb: pick([1, 1, 0.8]),
                seed: UInt32(number))
            for layer in hidden.indices {
                network.hiddenLayers[layer].activation = pick(Activation.allCases)
                network.hiddenLayers[layer].keepProb = pick([1, 1, 0.86, 0.5])
            }
            self.network = network
            var training = TrainingSpecification()
            training.epochs = 2
            training.batchSize = batchSize
            training.shuffle = pick([false, true])
            training.learningRate = 0.02
            training.l1Lambda = pick([0, 0, 0.3])
            training.l2Lambda = pick([0, 0.7])
            training.optimizer = pick([
                .sgd, .momentum(beta: 0.9), .rmsprop(rho: 0.9, epsilon: 1e-2),
                .adam(beta1: 0.9, beta2: 0.99, epsilon: 1e-2),
                .adamw(beta1: 0.9, beta2: 0.99, epsilon: 1e-2, weightDecay: 0.05),
            ])
            training.clipNorm = pick([nil, nil, 0.2])
            training.dropoutMask = pick(DropoutMask.allCases)
            training.seed = 11
            training.dropoutSeed = 0x1_0000_0012
            self.training = training
        }

        var testDescription: String {
            let layers = network.hiddenLayers.map { "\($0.units) \($0.activation) \($0.keepProb)" }
            return "\(number): \(network.task) \(network.inputs)-\(layers) rows \(rows) batch \(training.batchSize)"
        }

        var examples: ExampleSet {
            var examples = RandomProblem.examples(
                rows, inputs: network.inputs, task: network.task, classes: network.outputs, seed: UInt32(number))
            if isNormalised {
                for input in examples.inputs.indices {
                    examples.inputs[input].mean = 0.3
                    examples.inputs[input].standardDeviation = 1.7
                }
            }
            return examples
        }
    }

    /// What a run ends with, as one vector.
    private func numbers(_ outcome: TrainingOutcome) throws -> [Double] {
        outcome.network.layers.flatMap { $0.weights + $0.biases }
    }

    private func relativeError(_ a: [Double], _ b: [Double]) -> Double {
        let difference = zip(a, b).map { ($0 - $1) * ($0 - $1) }.reduce(0, +)
        return a.count == b.count ? (difference / b.map { $0 * $0 }.reduce(0, +)).squareRoot() : .infinity
    }

    @Test(arguments: (0..<150).map(Draw.init))
    func everyPlanOnEveryInstructionSetEqualsTheNaiveTwin(_ draw: Draw) throws {
        let examples = draw.examples
        let x = (0..<draw.rows).map { row in
            examples.inputs.map { (examples.table[row, $0.column] - $0.mean) / $0.standardDeviation }
        }
        let y = (0..<draw.rows).map { examples.table[$0, draw.network.inputs] }
        var training = draw.training
        var twin = NaiveNetwork(draw.network, training, x: x, y: y)
        let costs = twin.train()
        let expected = twin.layers.flatMap { $0.weights + $0.biases }
        let metrics = [twin.loss(), twin.loss() + twin.penalty]

        for (precision, tolerance) in [(Precision.float64, 1e-12), (.float32, 1e-5)] {
            training.precision = precision
            for plan in ExecutionPlan.allCases {
                for set in InstructionSet.available {
                    let outcome = try Training.run(
                        draw.network, training, on: DataSets(train: examples), monitor: TrainingMonitor(epochs: 2),
                        plan: plan, instructionSet: set)
                    let place = "\(plan) \(set) \(precision)"
                    #expect(relativeError(try numbers(outcome), expected) <= tolerance, "\(place): parameters")
                    let stepCosts = outcome.history.compactMap(\.stepCost)
                    #expect(relativeError(stepCosts, costs) <= tolerance, "\(place): costs")
                    let measured = try outcome.measured
                    #expect(relativeError([measured.loss, measured.cost], metrics) <= tolerance, "\(place): metrics")
                }
            }
        }
    }

    @Test(arguments: Task.allCases, Precision.allCases)
    func evaluationCountsWhatPredictionSays(_ task: Task, _ precision: Precision) throws {
        let examples = RandomProblem.examples(523, inputs: 7, task: task)
        var training = TrainingSpecification()
        training.epochs = 3
        training.precision = precision
        let network = NetworkSpecification(
            inputs: 7, hiddenLayers: [.init(units: 13, activation: .tanh)], outputs: task == .multiclass ? 3 : 1,
            task: task)
        for set in InstructionSet.available {
            let outcome = try Training.run(
                network, training, on: DataSets(train: examples), monitor: TrainingMonitor(epochs: 3), plan: .fused,
                instructionSet: set)
            let outputs = try outcome.network.predict(examples)
            let width = network.outputs
            let targets = (0..<523).map { examples.table[$0, 7] }
            guard task != .regression else {
                let squares: Double = zip(outputs, targets).map { ($0 - $1) * ($0 - $1) }.reduce(0, +)
                let rmse = try #require(outcome.measured.rmse)
                #expect(abs(rmse - (squares / 523).squareRoot()) < 1e-6 * rmse)
                let r2 = try #require(outcome.measured.r2)
                #expect(r2 < 1 && r2 > -1)
                continue
            }
            var right = 0
            for row in 0..<523 {
                let place = row * width
                if task.predictedClass(outputs[place..<(place + width)]) == Int(targets[row]) { right += 1 }
            }
            #expect(try outcome.measured.accuracy == Double(right) / 523)
        }
    }

    @Test(arguments: Precision.allCases)
    func theFusedPlanGivesTheSameBitsForAnyNumberOfThreads(_ precision: Precision) throws {
        let examples = RandomProblem.examples(301, inputs: 9, task: .multiclass)
        var training = TrainingSpecification()
        training.epochs = 4
        training.batchSize = .count(50)
        training.precision = precision
        let network = NetworkSpecification(
            inputs: 9, hiddenLayers: [.init(units: 22, keepProb: 0.8), .init(units: 7)], outputs: 3, task: .multiclass)
        func run(_ threads: Int) throws -> TrainingOutcome {
            training.threads = threads
            return try Training.run(
                network, training, on: DataSets(train: examples, dev: examples), monitor: TrainingMonitor(epochs: 4),
                plan: .fused)
        }
        let one = try run(1)
        for threads in 2...3 {
            let more = try run(threads)
            #expect(more.network.encoded() == one.network.encoded())
            #expect(more.history == one.history)
        }
    }

    @Test(arguments: [BatchSize.count(96), .full])
    func aSetTooLargeToBeKeptEncodedTrainsTheSame(_ batchSize: BatchSize) throws {
        // 300 inputs of 4,000 rows are 9.6 MB in float64: more than what is kept.
        var examples = RandomProblem.examples(4_000, inputs: 3, task: .binary)
        examples.inputs = (0..<300).map { InputFeature(column: $0 % 3, mean: Double($0) / 100) }
        let network = RandomProblem.network(300, [5], .tanh, task: .binary)
        var training = TrainingSpecification()
        training.epochs = 2
        training.precision = .float64
        training.batchSize = batchSize
        let fused = try Training.run(
            network, training, on: DataSets(train: examples), monitor: TrainingMonitor(epochs: 2), plan: .fused)
        let gemm = try Training.run(
            network, training, on: DataSets(train: examples), monitor: TrainingMonitor(epochs: 2), plan: .gemm)
        #expect(relativeError(try numbers(fused), try numbers(gemm)) < 1e-12)
        #expect(relativeError(fused.history.map(\.train.loss), gemm.history.map(\.train.loss)) < 1e-12)
        #expect(fused.network != gemm.network, "the plans were not two")
    }

    @Test func instructionSetsAreChosenByNameAndUnusableOnesRefused() throws {
        #expect(try InstructionSet.select(nil) == InstructionSet.available.first)
        #expect(try InstructionSet.select("") == InstructionSet.available.first)
        #expect(InstructionSet.available.last == .baseline)
        for set in InstructionSet.available { #expect(try InstructionSet.select(set.rawValue) == set) }
        #expect(throws: InstructionSetError.unknown("avx1024")) { try InstructionSet.select("avx1024") }
        for set in InstructionSet.allCases where !InstructionSet.available.contains(set) {
            #expect(throws: InstructionSetError.unavailable(set)) { try InstructionSet.select(set.rawValue) }
        }
    }
}
