import Perceptron
import Synchronization

/// A run of some milliseconds, in the two precisions and plans, with all that has a state of its own.
struct SmallRun {
    let network: NetworkSpecification
    let training: TrainingSpecification

    static let all: [SmallRun] = [
        SmallRun(precision: .float32, batchNorm: false, dropoutMask: .resample, generator: .philox),
        SmallRun(precision: .float64, batchNorm: true, dropoutMask: .fixed, generator: .philox),
        SmallRun(precision: .float64, batchNorm: false, dropoutMask: .resample, generator: .numpy),
    ]

    private init(precision: Precision, batchNorm: Bool, dropoutMask: DropoutMask, generator: Generator) {
        let layers = [5, 3].map { NetworkSpecification.HiddenLayer(units: $0, activation: .tanh, keepProb: 0.8) }
        var network = NetworkSpecification(inputs: 2, hiddenLayers: layers, outputs: 1, task: .binary)
        network.batchNorm = batchNorm
        self.network = network
        var training = TrainingSpecification()
        training.epochs = 12
        training.batchSize = .count(5)
        training.precision = precision
        training.dropoutMask = dropoutMask
        training.generator = generator
        training.earlyStopping = EarlyStopping(patience: 100, restoreBest: true)
        self.training = training
    }

    /// The network after training.
    func trained() throws -> TrainedNetwork { try run(nil).network }

    /// The states that the run saves, first on its way and then at the end of an epoch.
    func states() throws -> [[UInt8]] {
        let monitor = TrainingMonitor(epochs: training.epochs)
        // The second is saved before the fifth step, the last one of the first epoch.
        return try states(TrainingMonitor(epochs: training.epochs)) { _ in }
            + states(monitor) { if $0 == 2 { monitor.stop(.interrupt) } }.suffix(1)
    }

    private func states(
        _ monitor: TrainingMonitor, then next: @escaping @Sendable (_ count: Int) -> Void
    ) throws -> [[UInt8]] {
        let saved = Mutex<[[UInt8]]>([])
        var checkpointing = Checkpointing(interval: 0) { _, write in
            let state = Collected()
            write { state.bytes.append(contentsOf: $0) }
            next(
                saved.withLock { saved in
                    saved.append(state.bytes)
                    return saved.count
                })
        }
        checkpointing.largestShare = 1e9
        _ = try run(checkpointing, monitor)
        return saved.withLock { $0 }
    }

    /// Goes on from a state, whatever is in it.
    func resume(from state: UnsafeRawBufferPointer, history: [HistoryRow]) throws {
        var checkpointing = Checkpointing(interval: 1e9) { _, _ in }
        checkpointing.resuming = TrainingCheckpoint(state: state, history: history, owner: nil)
        _ = try run(checkpointing)
    }

    private func run(_ checkpointing: Checkpointing?, _ monitor: TrainingMonitor? = nil) throws -> TrainingOutcome {
        let sets = DataSets(train: SmallRun.examples(24), dev: SmallRun.examples(10))
        let monitor = monitor ?? TrainingMonitor(epochs: training.epochs)
        guard let checkpointing else { return try Training.run(network, training, on: sets, monitor: monitor) }
        return try Training.run(network, training, on: sets, monitor: monitor, checkpointing: checkpointing)
    }

    private static func examples(_ rows: Int) -> ExampleSet {
        let cells = Cells((0..<rows).flatMap { row in [row % 5, row % 3, row % 2].map { Double($0) } })
        return ExampleSet(
            table: FeatureTable(
                base: UnsafeRawPointer(cells.base), element: .float64, rows: rows, columns: 3, owner: cells),
            rows: Array(0..<Int32(rows)), inputs: [InputFeature(column: 0), InputFeature(column: 1)],
            targetColumn: 2, targetEncoding: .classes(codes: [0, 1]))
    }
}

/// Numbers that stay where they are.
// Unchecked: written once, before anybody reads them.
private final class Cells: @unchecked Sendable {
    let base: UnsafeMutablePointer<Double>

    init(_ values: [Double]) {
        base = .allocate(capacity: values.count)
        base.initialize(from: values, count: values.count)
    }

    deinit { base.deallocate() }
}

private final class Collected {
    var bytes: [UInt8] = []
}
