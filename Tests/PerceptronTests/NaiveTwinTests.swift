import Perceptron
import Testing

/// The engine against its naive twin, on random networks.
@Suite struct NaiveTwinTests {
    struct Draw: Sendable, CustomTestStringConvertible {
        let number: Int
        let task: Task
        let inputs: Int
        let hidden: [Int]
        let activation: Activation
        let rows: Int
        let batch: BatchSize
        let l1, l2: Double
        let batchNorm: Bool
        let keepProb: Double
        let optimizer: OptimizerSpecification
        let clipNorm: Double?

        /// The `number`-th random problem.
        init(_ number: Int) {
            self.number = number
            var random = NumPyRandomState(seed: UInt32(1000 + number))
            func pick<T>(_ choices: [T]) -> T { choices[Int(random.uniform() * Double(choices.count))] }
            task = pick(Task.allCases)
            inputs = pick([1, 2, 5, 9])
            hidden = (0..<pick([0, 1, 2, 3])).map { _ in pick([1, 3, 8, 17]) }
            activation = pick(Activation.allCases)
            rows = pick([2, 7, 23, 40])
            batch = pick([.full, .count(1), .count(3), .count(8), .count(64)])
            l1 = pick([0, 0, 0.3])
            l2 = pick([0, 0.7])
            // A batch of one example normalises every unit to β: nothing to compare, and rounding decides.
            batchNorm = batch != .count(1) && pick([false, true])
            keepProb = pick([1, 1, 0.7])
            optimizer = pick([
                .sgd, .momentum(beta: 0.9), .rmsprop(rho: 0.9, epsilon: 1e-2),
                .adam(beta1: 0.9, beta2: 0.99, epsilon: 1e-2),
                .adamw(beta1: 0.9, beta2: 0.99, epsilon: 1e-2, weightDecay: 0.05),
            ])
            clipNorm = pick([nil, nil, 0.2])
        }

        var testDescription: String {
            "\(number): \(task) \(inputs)-\(hidden) \(activation) rows \(rows) batch \(batch) \(optimizer.name)"
                + (batchNorm ? " batch norm" : "") + (keepProb < 1 ? " dropout" : "")
        }
    }

    @Test(arguments: (0..<120).map(Draw.init))
    func theEngineEqualsItsNaiveTwin(_ draw: Draw) throws {
        let examples = RandomProblem.examples(draw.rows, inputs: draw.inputs, task: draw.task)
        let network = RandomProblem.network(
            draw.inputs, draw.hidden, draw.activation, task: draw.task, keepProb: draw.keepProb,
            inputKeepProb: draw.keepProb, batchNorm: draw.batchNorm)
        var training = TrainingSpecification()
        training.epochs = 3
        training.batchSize = draw.batch
        training.optimizer = draw.optimizer
        training.learningRate = 0.02
        training.l1Lambda = draw.l1
        training.l2Lambda = draw.l2
        training.clipNorm = draw.clipNorm
        training.seed = 11
        training.dropoutSeed = 12
        let x = (0..<draw.rows).map { row in (0..<draw.inputs).map { examples.table[row, $0] } }
        let y = (0..<draw.rows).map { examples.table[$0, draw.inputs] }
        var twin = NaiveNetwork(network, training, x: x, y: y)
        let costs = twin.train()

        for (precision, tolerance) in [(Precision.float64, 1e-12), (.float32, 1e-4)] {
            training.precision = precision
            let outcome = try Training.run(
                network, training, on: DataSets(train: examples), monitor: TrainingMonitor(epochs: 3))
            #expect(outcome.history.count == 4)
            for (row, cost) in zip(outcome.history.dropFirst(), costs) {
                let stepCost = try #require(row.stepCost)
                #expect(isClose(stepCost, cost, tolerance))
            }
            #expect(try isClose(outcome.measured.loss, twin.loss(), tolerance))
            #expect(try isClose(outcome.measured.cost, twin.loss() + twin.penalty, tolerance))
            #expect(outcome.network.layers.count == twin.layers.count)
            for (fast, plain) in zip(outcome.network.layers, twin.layers) {
                #expect(areClose(fast.weights, plain.weights, tolerance))
                #expect(areClose(fast.biases, plain.biases, tolerance))
                #expect((fast.batchNorm == nil) == (plain.batchNorm == nil))
                guard let norm = fast.batchNorm, let plainNorm = plain.batchNorm else { continue }
                #expect(areClose(norm.gamma, plainNorm.gamma, tolerance))
                #expect(areClose(norm.beta, plainNorm.beta, tolerance))
                #expect(areClose(norm.runningMean, plainNorm.runningMean, tolerance))
                #expect(areClose(norm.runningVariance, plainNorm.runningVariance, tolerance))
            }
        }
    }

    private func isClose(_ a: Double, _ b: Double, _ tolerance: Double) -> Bool {
        abs(a - b) <= tolerance * (1 + abs(b))
    }

    private func areClose(_ a: [Double], _ b: [Double], _ tolerance: Double) -> Bool {
        a.count == b.count && zip(a, b).allSatisfy { isClose($0, $1, tolerance) }
    }
}
