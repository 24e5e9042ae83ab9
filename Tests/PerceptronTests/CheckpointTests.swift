import Perceptron
import Synchronization
import Testing

/// A run that is interrupted and goes on ends like one that never was.
@Suite struct CheckpointTests {
    /// A random run, of any kind that has a state of its own.
    private struct Problem {
        var network: NetworkSpecification
        var training: TrainingSpecification
        let sets: DataSets

        init(_ number: Int) {
            let draw = ExecutionPlanTests.Draw(number)
            network = draw.network
            training = draw.training
            training.epochs = 20 + number % 5
            training.historyEvery = 1 + number % 3
            training.generator = number % 4 == 0 ? .numpy : .philox
            training.dropoutSeed = 18
            training.precision = number % 5 == 0 ? .float64 : .float32
            if number % 6 == 0 {
                network.batchNorm = true
                network.initialLayers = nil
            }
            if number % 3 == 0 { training.earlyStopping = EarlyStopping(patience: 15, restoreBest: number % 2 == 0) }
            let dev = RandomProblem.examples(
                40, inputs: network.inputs, task: network.task, classes: network.outputs, seed: 77)
            sets = DataSets(train: draw.examples, dev: dev)
        }

        func run(_ checkpointing: Checkpointing? = nil, _ monitor: TrainingMonitor? = nil) throws -> TrainingOutcome {
            let monitor = monitor ?? TrainingMonitor(epochs: training.epochs)
            guard let checkpointing else { return try Training.run(network, training, on: sets, monitor: monitor) }
            return try Training.run(network, training, on: sets, monitor: monitor, checkpointing: checkpointing)
        }
    }

    /// What a run has saved, checkpoint by checkpoint.
    private final class Shelf: Sendable {
        private let saved = Mutex<[(state: [UInt8], history: [HistoryRow])]>([])

        var count: Int { saved.withLock { $0.count } }

        func saving(to next: @escaping @Sendable (Int) -> Void = { _ in }) -> Checkpointing {
            var checkpointing = Checkpointing(interval: 0) { history, write in
                let bytes = Collected()
                write { bytes.content.append(contentsOf: $0) }
                let count = self.saved.withLock { saved in
                    saved.append((bytes.content, history))
                    return saved.count
                }
                next(count)
            }
            checkpointing.largestShare = 1e9
            return checkpointing
        }

        /// Goes on from checkpoint `number`, of which the first `length` bytes are there, and calls `body` with it.
        func resuming<Value>(
            _ number: Int, length: Int? = nil, _ body: (TrainingCheckpoint) throws -> Value
        ) rethrows -> Value {
            let (state, history) = saved.withLock { $0[number] }
            return try state.withUnsafeBytes { bytes in
                let part = UnsafeRawBufferPointer(rebasing: bytes[..<(length ?? bytes.count)])
                return try body(TrainingCheckpoint(state: part, history: history, owner: nil))
            }
        }

        /// The last checkpoint with other bytes at `offset`.
        func resumingLast<Value>(
            with bytes: UInt64, at offset: Int, _ body: (TrainingCheckpoint) throws -> Value
        ) rethrows -> Value {
            var (state, history) = saved.withLock { $0[$0.count - 1] }
            return try state.withUnsafeMutableBytes { state in
                state.storeBytes(of: bytes, toByteOffset: offset, as: UInt64.self)
                return try body(
                    TrainingCheckpoint(state: UnsafeRawBufferPointer(state), history: history, owner: nil))
            }
        }

        func stateBytes(_ number: Int) -> Int { saved.withLock { $0[number].state.count } }
    }

    private final class Collected { var content: [UInt8] = [] }

    private static func quiet(_ checkpoint: TrainingCheckpoint) -> Checkpointing {
        Checkpointing(interval: 1e9, resuming: checkpoint) { _, _ in }
    }

    private static func isSame(_ a: TrainingOutcome, _ b: TrainingOutcome) -> Bool {
        a.network.encoded() == b.network.encoded() && a.history == b.history && a.train == b.train && a.dev == b.dev
            && a.epochs == b.epochs && a.stopReason == b.stopReason && a.best == b.best
    }

    @Test(arguments: 0..<120)
    func aResumedRunEndsWithTheSameBits(number: Int) throws {
        let problem = Problem(number)
        let monitor = TrainingMonitor(epochs: problem.training.epochs)
        let plain = try problem.run(nil, monitor)
        let shelf = Shelf()
        #expect(Self.isSame(try problem.run(shelf.saving()), plain))
        try #require(shelf.count > 0)
        for number in Set([0, shelf.count / 2, shelf.count - 1]) {
            let resumedMonitor = TrainingMonitor(epochs: problem.training.epochs)
            let resumed = try shelf.resuming(number) { try problem.run(Self.quiet($0), resumedMonitor) }
            #expect(Self.isSame(resumed, plain))
            #expect(resumedMonitor.history == monitor.history)
        }
    }

    @Test(arguments: 0..<20)
    func aRunThatIsToldToStopSavesItselfAndGoesOn(number: Int) throws {
        let problem = Problem(number)
        let plain = try problem.run()
        // Told to stop at its second checkpoint, it saves a last one at the step after.
        let monitor = TrainingMonitor(epochs: problem.training.epochs)
        let shelf = Shelf()
        let stopped = try problem.run(shelf.saving { if $0 == 2 { monitor.stop(.interrupt) } }, monitor)
        try #require(stopped.interrupted && shelf.count == 3)
        let resumed = try shelf.resuming(2) { try problem.run(Self.quiet($0)) }
        #expect(Self.isSame(resumed, plain))
    }

    /// With one step an epoch, who stops a run at a checkpoint stops it while that epoch's end is measured.
    @Test(arguments: 0..<60)
    func aRunThatIsToldToStopAtAnEpochsEndSavesItselfAndGoesOn(number: Int) throws {
        var problem = Problem(number)
        problem.training.batchSize = .full
        // The clock says yes before the steps 1, 5 and 21: often that is the last epoch, whose end decides which is the best.
        let checkpoint = 1 + number % 3
        problem.training.epochs = number % 2 == 0 ? [1, 5, 21][number % 3] : 24
        let monitor = TrainingMonitor(epochs: problem.training.epochs)
        let plain = try problem.run(nil, monitor)
        let stoppedMonitor = TrainingMonitor(epochs: problem.training.epochs)
        let shelf = Shelf()
        let stopped = try problem.run(
            shelf.saving { if $0 == checkpoint { stoppedMonitor.stop(.interrupt) } }, stoppedMonitor)
        try #require(stopped.interrupted && shelf.count == checkpoint + 1)
        let resumedMonitor = TrainingMonitor(epochs: problem.training.epochs)
        let resumed = try shelf.resuming(checkpoint) { try problem.run(Self.quiet($0), resumedMonitor) }
        #expect(Self.isSame(resumed, plain))
        #expect(resumedMonitor.history == monitor.history)
        #expect(resumedMonitor.alarms == monitor.alarms)
    }

    @Test func aCheckpointOfAnotherRunOrADamagedOneIsRefused() throws {
        let problem = Problem(1)
        let shelf = Shelf()
        _ = try problem.run(shelf.saving())
        var other = problem
        other.training.seed += 1
        #expect(throws: CheckpointError.other("it is of another run or other kernels")) {
            try shelf.resuming(0) { try other.run(Self.quiet($0)) }
        }
        let whole = shelf.stateBytes(0)
        for length in [0, 3, 40, 100, whole - 1] {
            #expect(throws: CheckpointError.self) {
                try shelf.resuming(0, length: length) { try problem.run(Self.quiet($0)) }
            }
        }
    }

    /// Whatever number is another: the run goes on within its bounds, or it is refused and nobody has heard of it.
    @Test(
        arguments: [0x7FFF_FFFF_FFFF_FFFF, 0x8000_0000_0000_0001, 0xFFEF_FFFF_FFFF_FFFF] as [UInt64], [false, true])
    func noNumberOfACheckpointEndsTheProcess(number: UInt64, isAtAnEpochsEnd: Bool) throws {
        var network = NetworkSpecification(
            inputs: 1, hiddenLayers: [.init(units: 2, activation: .relu, keepProb: 1)], outputs: 1, task: .regression)
        network.initializer = .zeros
        var training = TrainingSpecification()
        training.epochs = 3
        training.batchSize = isAtAnEpochsEnd ? .full : .count(4)
        training.earlyStopping = EarlyStopping(monitor: .trainLoss, patience: 3)
        let sets = DataSets(train: RandomProblem.examples(8, inputs: 1, task: .regression, classes: 1, seed: 5))
        let shelf = Shelf()
        let saved = TrainingMonitor(epochs: 3)
        let saving = shelf.saving { _ in if isAtAnEpochsEnd { saved.stop(.interrupt) } }
        _ = try Training.run(network, training, on: sets, monitor: saved, checkpointing: saving)
        for offset in 0...(shelf.stateBytes(shelf.count - 1) - 8) {
            let monitor = TrainingMonitor(epochs: 3)
            try shelf.resumingLast(with: number, at: offset) { checkpoint in
                do {
                    let outcome = try Training.run(
                        network, training, on: sets, monitor: monitor, checkpointing: Self.quiet(checkpoint))
                    #expect(0...3 ~= outcome.epochs)
                } catch is CheckpointError {
                    #expect(monitor.history.isEmpty && monitor.alarms.isEmpty)
                }
            }
        }
    }
}
