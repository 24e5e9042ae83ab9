import Foundation
import Perceptron
import Testing

/// What begins, ends and records a run.
@Suite struct TrainingTests {
    private func training(_ change: (inout TrainingSpecification) -> Void = { _ in }) -> TrainingSpecification {
        var training = TrainingSpecification()
        training.seed = 1
        change(&training)
        return training
    }

    private func run(
        _ network: NetworkSpecification, _ training: TrainingSpecification, _ sets: DataSets,
        _ monitor: TrainingMonitor? = nil
    ) throws -> TrainingOutcome {
        try Training.run(
            network, training, on: sets, monitor: monitor ?? TrainingMonitor(epochs: training.epochs))
    }

    private let network = NetworkSpecification(
        inputs: 2, hiddenLayers: [.init(units: 8, activation: .tanh)], outputs: 1, task: .binary)

    /// Two noisy classes; `flipped` swaps them.
    private func classes(_ count: Int, flipped: Bool = false, seed: UInt32 = 3) -> ExampleSet {
        var random = NumPyRandomState(seed: seed)
        let x = (0..<count).map { _ in [random.normal(), random.normal()] }
        return RandomProblem.make(x, x.map { ($0[0] + $0[1] > 0) == flipped ? 0 : 1 }, task: .binary)
    }

    @Test(arguments: Precision.allCases)
    func aNetworkLearnsWhatCanBeLearned(_ precision: Precision) throws {
        let sets = DataSets(train: classes(300), dev: classes(100, seed: 4), test: classes(100, seed: 5))
        let outcome = try run(
            network,
            training {
                $0.epochs = 60
                $0.learningRate = 0.01
                $0.precision = precision
            }, sets)
        #expect(outcome.stopReason == .completed)
        #expect(outcome.epochs == 60)
        #expect(try #require(outcome.measured.accuracy) > 0.97)
        #expect(try #require(outcome.test?.accuracy) > 0.93)
        #expect(outcome.train == outcome.history.last?.train)
        #expect(outcome.dev == outcome.history.last?.dev)
        #expect(try outcome.measured.rmse == nil)
        #expect(outcome.network.precision == precision)
        #expect(outcome.trainingSeconds > 0)
        let best = try #require(outcome.best)
        let lowest = try #require(outcome.history.min { ($0.dev?.loss ?? 0) < ($1.dev?.loss ?? 0) })
        #expect(best == .init(epoch: lowest.epoch, devLoss: lowest.dev?.loss))
    }

    @Test func regressionReportsItsOwnMetrics() throws {
        let x = (0..<50).map { [Double($0) / 25 - 1] }
        let set = RandomProblem.make(x, x.map { 3 * $0[0] + 1 }, task: .regression)
        let line = NetworkSpecification(inputs: 1, hiddenLayers: [], outputs: 1, task: .regression)
        let outcome = try run(
            line,
            training {
                $0.epochs = 400
                $0.batchSize = .full
                $0.optimizer = .sgd
                $0.learningRate = 0.3
                $0.precision = .float64
            }, DataSets(train: set))
        #expect(abs(outcome.network.layers[0].weights[0] - 3) < 1e-9)
        #expect(abs(outcome.network.layers[0].biases[0] - 1) < 1e-9)
        #expect(try #require(outcome.measured.r2) > 1 - 1e-12)
        #expect(abs(try #require(outcome.measured.rmse) - outcome.measured.loss.squareRoot()) < 1e-15)
        #expect(try outcome.measured.accuracy == nil)
        let first = try #require(outcome.history.first?.train)
        // The start predicts w x: Σ (y − ȳ)² is 9 Σ (x − x̄)².
        let mean = x.map { 3 * $0[0] + 1 }.reduce(0, +) / 50
        let total = x.map { (3 * $0[0] + 1 - mean) * (3 * $0[0] + 1 - mean) }.reduce(0, +)
        #expect(abs(try #require(first.r2) - (1 - 50 * first.loss / total)) < 1e-12)
    }

    @Test func equalTargetsHaveNoR2() throws {
        let set = RandomProblem.make([[1], [2]], [5, 5], task: .regression)
        let outcome = try run(
            NetworkSpecification(inputs: 1, hiddenLayers: [], outputs: 1, task: .regression),
            training { $0.epochs = 1 },
            DataSets(train: set))
        #expect(try outcome.measured.r2 == nil)
        #expect(try outcome.measured.rmse != nil)
    }

    @Test(arguments: Precision.allCases)
    func aConfidentWrongAnswerCostsMuchButNotInfinity(_ precision: Precision) throws {
        let one = NetworkSpecification(
            inputs: 1, hiddenLayers: [], outputs: 1, task: .binary,
            initialLayers: [LayerParameters(weights: [1e4], biases: [0])])
        let wrong = try run(
            one, training { ($0.epochs, $0.precision) = (1, precision) },
            DataSets(train: RandomProblem.make([[1], [-1]], [0, 1], task: .binary)))
        #expect(abs(wrong.history[0].train.loss - 1e4) < 1e-3)
        #expect(wrong.history[0].train.accuracy == 0)
        #expect(abs(try #require(wrong.history.last?.stepCost) - 1e4) < 1e-3)
        #expect(wrong.stopReason == .completed)
        let right = try run(
            one, training { ($0.epochs, $0.precision) = (1, precision) },
            DataSets(train: RandomProblem.make([[1], [-1]], [1, 0], task: .binary)))
        #expect(right.history[0].train.loss == 0)

        let three = NetworkSpecification(
            inputs: 1, hiddenLayers: [], outputs: 3, task: .multiclass,
            initialLayers: [LayerParameters(weights: [1e4, -1e4, 0], biases: [0, 0, 0])])
        let outcome = try run(
            three, training { ($0.epochs, $0.precision) = (1, precision) },
            DataSets(train: RandomProblem.make([[1], [-1]], [1, 0], task: .multiclass, classes: 3)))
        #expect(abs(outcome.history[0].train.loss - 2e4) < 1e-2)
        #expect(outcome.stopReason == .completed)
    }

    @Test(arguments: [(1, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]), (4, [0, 4, 8, 10]), (5, [0, 5, 10]), (99, [0, 10])])
    func historyHasEveryEpochItIsAskedForAndTheEnds(_ every: Int, _ epochs: [Int]) throws {
        let monitor = TrainingMonitor(epochs: 10)
        let outcome = try run(
            network, training { ($0.epochs, $0.historyEvery) = (10, every) },
            DataSets(train: classes(100), dev: classes(20)), monitor)
        #expect(outcome.history.map(\.epoch) == epochs)
        #expect(outcome.history[0].stepCost == nil)
        #expect(outcome.history[0].gradientNorm == nil)
        #expect(
            outcome.history.dropFirst().allSatisfy { $0.stepCost != nil && $0.gradientNorm != nil && $0.dev != nil })
        #expect(monitor.history == outcome.history)
        #expect(monitor.progress.epoch == 10)
        #expect(monitor.progress.fraction == 1)
        #expect(monitor.progress.etaSeconds == 0)
        #expect(monitor.progress.latest == outcome.history.last)
    }

    @Test func whatIsRecordedDoesNotChangeWhatIsLearned() throws {
        let sets = DataSets(train: classes(100), dev: classes(30))
        let often = try run(network, training { ($0.epochs, $0.historyEvery) = (7, 1) }, sets)
        let seldom = try run(network, training { ($0.epochs, $0.historyEvery) = (7, 100) }, sets)
        #expect(often.network == seldom.network)
    }

    @Test(arguments: [Monitor.devLoss, .devAccuracy, .trainLoss], [true, false])
    func earlyStoppingHandsOutTheBestEpoch(_ watched: Monitor, _ batchNorm: Bool) throws {
        var network = network
        network.batchNorm = batchNorm
        // The dev set's classes are swapped: what is learned makes it worse. Watching the training loss, a rate that
        // rises to the absurd does that.
        let sets = DataSets(train: classes(80), dev: classes(80, flipped: true))
        var stopping = training {
            $0.epochs = 500
            $0.learningRate = 0.05
            $0.historyEvery = 1000
            $0.earlyStopping = EarlyStopping(monitor: watched, patience: 6)
        }
        if watched == .trainLoss { stopping.learningRateDecay = .exponential(rate: 1.3) }
        let stopped = try run(network, stopping, sets)
        #expect(stopped.stopReason == .earlyStopping)
        let best = try #require(stopped.best)
        #expect(stopped.epochs == best.epoch + 6)
        #expect(stopped.history.map(\.epoch) == [0, stopped.epochs])

        var plain = stopping
        plain.earlyStopping = nil
        plain.epochs = best.epoch
        let again = try run(network, plain, sets)
        #expect(stopped.network == again.network)
        #expect(stopped.train == again.train)
        #expect(stopped.dev == again.dev)
        #expect(best.devLoss == again.dev?.loss)

        stopping.earlyStopping?.restoreBest = false
        plain.epochs = stopped.epochs
        #expect(try run(network, stopping, sets).network == run(network, plain, sets).network)
    }

    @Test func aChangeBelowMinDeltaIsNoImprovement() throws {
        let sets = DataSets(train: classes(80), dev: classes(80))
        let outcome = try run(
            network,
            training {
                $0.epochs = 100
                $0.earlyStopping = EarlyStopping(patience: 3, minDelta: 100)
            }, sets)
        #expect(outcome.stopReason == .earlyStopping)
        #expect(outcome.epochs == 4)
        #expect(outcome.best?.epoch == 1)
    }

    @Test func theTimeLimitEndsARun() throws {
        let outcome = try run(
            network,
            training {
                $0.epochs = 1_000_000_000
                $0.historyEvery = 1_000_000
                $0.batchSize = .full
                $0.timeLimitSeconds = 0.05
            }, DataSets(train: classes(100)))
        #expect(outcome.stopReason == .timeLimit)
        #expect(outcome.epochs > 0)
        #expect(outcome.history.last?.epoch == outcome.epochs)
        #expect(outcome.train == outcome.history.last?.train)
        #expect(outcome.trainingSeconds < 1)
    }

    @Test func aRowIsNeverOfParametersBetweenEpochs() async throws {
        let epochs = 1_000_000
        let monitor = TrainingMonitor(epochs: epochs)
        let network = network
        let sets = DataSets(train: classes(50_000))
        let specification = training { ($0.epochs, $0.batchSize, $0.historyEvery) = (epochs, .count(1), epochs) }
        let stopped = BackgroundRun {
            try Training.run(network, specification, on: sets, monitor: monitor)
        }
        // Not a yield to other tests: these may hold all threads for so long that many epochs go by.
        while monitor.progress.fraction == 0 { sched_yield() }
        monitor.stop(.cancel)
        let outcome = try await stopped.outcome()
        #expect(outcome.stopReason == .cancelled)
        #expect(outcome.epochs < epochs)
        if let last = outcome.history.last, last.epoch > 0 {
            let whole = try run(
                network, training { ($0.epochs, $0.batchSize, $0.historyEvery) = (last.epoch, .count(1), epochs) }, sets
            )
            #expect(last == whole.history.last)
        }
        #expect(try outcome.measured.loss < outcome.history[0].train.loss)
    }

    @Test func aCancelledRunKeepsItsWeights() async throws {
        let monitor = TrainingMonitor(epochs: 1_000_000_000)
        let network = network
        let set = classes(100)
        let specification = training {
            ($0.epochs, $0.historyEvery, $0.batchSize) = (1_000_000_000, 1_000_000, .full)
        }
        let run = BackgroundRun {
            try Training.run(network, specification, on: DataSets(train: set), monitor: monitor)
        }
        while monitor.progress.epoch < 2 { await _Concurrency.Task.yield() }
        monitor.stop(.cancel)
        let outcome = try await run.outcome()
        #expect(outcome.stopReason == .cancelled)
        #expect(!outcome.interrupted)
        #expect(outcome.epochs >= 2)
        #expect(outcome.history.last?.epoch == outcome.epochs)
        #expect(try outcome.measured.loss < outcome.history[0].train.loss)
        #expect(outcome.train == outcome.history.last?.train)
        #expect(monitor.progress.epoch == outcome.epochs)
    }

    @Test func memoryIsCountedWithAnEvaluationBlockPerThread() {
        let wide = NetworkSpecification(inputs: 2, hiddenLayers: [.init(units: 400_000)], outputs: 1, task: .binary)
        func bytes(_ threads: Int) -> Int {
            Training.memoryBytes(wide, training { ($0.threads, $0.batchSize) = (threads, .count(1)) }, rows: 4)
        }
        let block = bytes(2) - bytes(1)
        #expect(block >= 2 * 4 * 400_000, "one row of two layers at least")
        #expect(block < 100 << 20, "wide layers are evaluated in short blocks")
        #expect(bytes(64) - bytes(1) == 63 * block)
    }

    @Test func aRunCancelledBeforeItStartsAnswersItsStart() throws {
        let start = RandomProblem.network(2, [4], .tanh, task: .binary)
        let monitor = TrainingMonitor(epochs: 5)
        monitor.stop(.cancel)
        monitor.stop(.interrupt)
        let outcome = try run(
            start, training { ($0.epochs, $0.precision) = (5, .float64) }, DataSets(train: classes(9)), monitor)
        #expect(outcome.stopReason == .cancelled)
        #expect(!outcome.interrupted)
        #expect(outcome.epochs == 0)
        #expect(outcome.network.layers == start.initialLayers)
        #expect(outcome.history.map(\.epoch) == [0])
    }

    @Test func whoCancelsALargeRunDoesNotWaitForItsMeasurement() throws {
        let monitor = TrainingMonitor(epochs: 5)
        monitor.stop(.cancel)
        let wide = NetworkSpecification(inputs: 2, hiddenLayers: [.init(units: 2_000)], outputs: 1, task: .binary)
        let outcome = try run(wide, training { $0.epochs = 5 }, DataSets(train: classes(20_000)), monitor)
        #expect(outcome.stopReason == .cancelled)
        #expect(outcome.train == nil)
        #expect(outcome.network.layers.count == 2)
    }

    @Test func anInterruptedRunSaysSo() throws {
        let monitor = TrainingMonitor(epochs: 5)
        monitor.stop(.interrupt)
        let outcome = try run(network, training { $0.epochs = 5 }, DataSets(train: classes(9)), monitor)
        #expect(outcome.interrupted)
        #expect(outcome.stopReason == .cancelled)
    }

    @Test func divergenceNamesEpochAndStep() throws {
        // The third step's target is so far away that its square is infinite.
        let set = RandomProblem.make([[0], [0], [0], [0]], [0, 0, 1e200, 0], task: .regression)
        let line = NetworkSpecification(inputs: 1, hiddenLayers: [], outputs: 1, task: .regression)
        let specification = training {
            $0.batchSize = .count(1)
            $0.shuffle = false
            $0.precision = .float64
        }
        let outcome = try run(line, specification, DataSets(train: set))
        #expect(outcome.stopReason == .diverged)
        #expect(outcome.divergence == .init(epoch: 1, step: 3, cost: .infinity))
        #expect(outcome.epochs == 0)
        #expect(outcome.history.map(\.epoch) == [0])
    }

    @Test(arguments: Precision.allCases)
    func anAbsurdRateDiverges(_ precision: Precision) throws {
        let x = (0..<20).map { [Double($0)] }
        let set = RandomProblem.make(x, x.map { $0[0] }, task: .regression)
        let outcome = try run(
            NetworkSpecification(inputs: 1, hiddenLayers: [.init(units: 4)], outputs: 1, task: .regression),
            training {
                $0.epochs = 5000
                $0.optimizer = .sgd
                $0.learningRate = 10
                $0.precision = precision
            }, DataSets(train: set))
        #expect(outcome.stopReason == .diverged)
        let divergence = try #require(outcome.divergence)
        #expect(divergence.epoch == outcome.epochs + 1)
        #expect(divergence.step == 1)
        #expect(outcome.history.map(\.epoch) == Array(0...outcome.epochs))
    }

    @Test func parametersThatOverflowAreADivergenceToo() throws {
        // One step of full-batch descent: the cost before it is finite, the weights after it are not.
        let outcome = try run(
            NetworkSpecification(
                inputs: 1, hiddenLayers: [], outputs: 1, task: .regression,
                initialLayers: [LayerParameters(weights: [0], biases: [0])]),
            training {
                ($0.epochs, $0.precision, $0.optimizer, $0.learningRate) = (1, .float64, .sgd, 1e300)
            }, DataSets(train: RandomProblem.make([[1]], [1e100], task: .regression)))
        #expect(outcome.stopReason == .diverged)
        #expect(outcome.divergence == .init(epoch: 1, step: 1, cost: 1e200))
    }

    @Test func impossibleRunsAreRefused() {
        let sets = DataSets(train: classes(10))
        func error(_ network: NetworkSpecification, _ sets: DataSets) -> TrainingError? {
            #expect(throws: TrainingError.self) { try run(network, training(), sets) }
        }
        var empty = sets
        empty.train.rows = []
        #expect(error(network, empty) == .noTrainingExamples)

        var wide = network
        wide.inputs = 3
        #expect(error(wide, sets) == .inputCount(expected: 3, found: 2))

        var several = network
        (several.task, several.outputs) = (.multiclass, 5)
        #expect(error(several, sets) == .taskDoesNotFitTarget(.multiclass, outputs: 5, classes: 2))

        var started = network
        started.initialLayers = [LayerParameters(weights: [1, 2], biases: [0])]
        #expect(error(started, sets) == .initialLayerCount(expected: 2, found: 1))
        started.initialLayers = [
            LayerParameters(weights: Array(repeating: 0, count: 15), biases: Array(repeating: 0, count: 8)),
            LayerParameters(weights: Array(repeating: 0, count: 8), biases: [0]),
        ]
        #expect(error(started, sets) == .initialLayerSize(layer: 0, tensor: "weights", expected: 16, found: 15))
        started.initialLayers?[0].weights.append(1e300)
        #expect(error(started, sets) == .initialLayerValue(layer: 0, tensor: "weights"))
        started.initialLayers?[0].weights[15] = 0
        started.batchNorm = true
        #expect(error(started, sets) == .initialLayerSize(layer: 0, tensor: "gamma", expected: 8, found: 0))

        var unknown = sets
        unknown.train.targetEncoding = .classes(codes: [0, 7])
        let row = sets.train.rows.first { sets.train.table[Int($0), 2] == 1 } ?? 0
        #expect(error(network, unknown) == .badTarget(row: Int(row), value: 1))

        var huge = network
        huge.hiddenLayers = Array(repeating: .init(units: 1 << 40), count: 3)
        #expect(error(huge, sets) == .notEnoughMemory(bytes: .max))
    }
}
