#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// How this machine's time relates to `TrainingCost`: measured once, when it is first asked for, by training small
/// networks for some tens of milliseconds. The fastest of several runs counts, so that others at work change little.
package struct MachineSpeed: Sendable {
    let instructionSet: InstructionSet
    let processors: Int
    private let factors: [ExecutionPlan: Double]

    /// What a nanosecond of `TrainingCost` takes here.
    package func factor(_ plan: ExecutionPlan) -> Double { factors[plan] ?? 1 }

    /// A machine with the same factor for everything.
    package init(factor: Double, instructionSet: InstructionSet, processors: Int) {
        self.instructionSet = instructionSet
        self.processors = processors
        factors = [.fused: factor, .gemm: factor]
    }

    /// This machine.
    package static func measured() throws(TrainingError) -> MachineSpeed { try result.get() }

    private static let result = Result { () throws(TrainingError) in try MachineSpeed() }

    private init() throws(TrainingError) {
        do {
            instructionSet = try InstructionSet.selected()
        } catch {
            throw .instructionSet(error)
        }
        processors = max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
        var factors: [ExecutionPlan: Double] = [:]
        for plan in ExecutionPlan.allCases { factors[plan] = try Probe(plan).factor(instructionSet) }
        self.factors = factors
    }

    /// A small run of known cost.
    private struct Probe {
        private static let repetitions = 12

        let size: RunSize
        let plan: ExecutionPlan

        init(_ plan: ExecutionPlan) {
            self.plan = plan
            let (rows, inputs, hidden) =
                switch plan {
                case .fused: (1024, 32, [64, 32])
                case .gemm: (256, 256, [256, 128])
                }
            let network = NetworkSpecification(
                inputs: inputs, hiddenLayers: hidden.map { .init(units: $0) }, outputs: 1, task: .regression)
            var training = TrainingSpecification()
            training.epochs = plan == .fused ? 4 : 1
            training.historyEvery = training.epochs
            training.learningRate = 1e-6
            training.monitor = .off
            size = RunSize(network: network, training: training, trainRows: rows)
        }

        func factor(_ instructionSet: InstructionSet) throws(TrainingError) -> Double {
            let sets = DataSets(train: examples())
            var best = Double.infinity
            for _ in 0..<Probe.repetitions {
                let outcome = try Training.run(
                    size.network, size.training, on: sets, monitor: TrainingMonitor(epochs: size.training.epochs),
                    plan: plan, instructionSet: instructionSet)
                best = min(best, outcome.trainingSeconds)
            }
            let execution = Execution(
                size.network, size.training, examples: size.trainRows, plan: plan, instructionSet: instructionSet)
            return best / (1e-9 * TrainingCost.epoch(size, execution) * Double(size.training.epochs))
        }

        private func examples() -> ExampleSet {
            let (rows, columns) = (size.trainRows, size.network.inputs + 1)
            let cells = Cells(count: rows * columns)
            let table = FeatureTable(
                base: UnsafeRawPointer(cells.numbers), element: .float32, rows: rows, columns: columns, owner: cells)
            return ExampleSet(
                table: table, rows: (0..<Int32(rows)).map { $0 },
                inputs: (0..<columns - 1).map { InputFeature(column: $0) }, targetColumn: columns - 1,
                targetEncoding: .value)
        }
    }

    /// Numbers between -0.5 and 0.5.
    ///
    /// @unchecked: the numbers are written in `init` and only read afterwards.
    private final class Cells: @unchecked Sendable {
        let numbers: UnsafeMutablePointer<Float>

        init(count: Int) {
            numbers = .allocate(capacity: count)
            for place in 0..<count { (numbers + place).initialize(to: Float(place * 7919 % 1009) / 1009 - 0.5) }
        }

        deinit { numbers.deallocate() }
    }
}
