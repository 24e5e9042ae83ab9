/// Trains networks.
public enum Training {
    /// Trains `network` on `sets` until its epochs are done or something in `training` or `monitor` ends it earlier.
    /// The same arguments give the same bits, whatever the number of threads.
    /// - Throws: what keeps the run from starting. Divergence is an outcome.
    public static func run(
        _ network: NetworkSpecification, _ training: TrainingSpecification, on sets: DataSets, monitor: TrainingMonitor
    ) throws(TrainingError) -> TrainingOutcome {
        try run(network, training, on: sets, monitor: monitor, plan: nil)
    }

    /// The same with checkpoints, from one if there is one to go on from.
    /// - Throws: `TrainingError`, or `CheckpointError` where that one is not of this run or this machine.
    public static func run(
        _ network: NetworkSpecification, _ training: TrainingSpecification, on sets: DataSets, monitor: TrainingMonitor,
        checkpointing: Checkpointing
    ) throws -> TrainingOutcome {
        let execution = try execution(network, training, sets)
        return switch training.precision {
        case .float32: try Trainer<Float>(network, training, sets, monitor, execution).run(checkpointing)
        case .float64: try Trainer<Double>(network, training, sets, monitor, execution).run(checkpointing)
        }
    }

    /// The same by a given plan (where the network and its dropout allow it) and instruction set; nil for what fits
    /// best, or what the environment asks for.
    package static func run(
        _ network: NetworkSpecification, _ training: TrainingSpecification, on sets: DataSets, monitor: TrainingMonitor,
        plan: ExecutionPlan?, instructionSet: InstructionSet? = nil
    ) throws(TrainingError) -> TrainingOutcome {
        let execution = try execution(network, training, sets, plan: plan, instructionSet: instructionSet)
        switch training.precision {
        case .float32: return try Trainer<Float>(network, training, sets, monitor, execution).run()
        case .float64: return try Trainer<Double>(network, training, sets, monitor, execution).run()
        }
    }

    private static func execution(
        _ network: NetworkSpecification, _ training: TrainingSpecification, _ sets: DataSets,
        plan: ExecutionPlan? = nil, instructionSet: InstructionSet? = nil
    ) throws(TrainingError) -> Execution {
        try check(network, training, sets)
        let instructions: InstructionSet
        do {
            instructions = if let instructionSet { instructionSet } else { try InstructionSet.selected() }
        } catch {
            throw .instructionSet(error)
        }
        return Execution(
            network, training, examples: sets.train.count, plan: plan, instructionSet: instructions)
    }

    /// About how much memory a run over `rows` training rows takes beside its data, in bytes; Int.max where that is
    /// beyond counting.
    public static func memoryBytes(
        _ network: NetworkSpecification, _ training: TrainingSpecification, rows: Int,
        augmentation: Augmentation? = nil
    ) -> Int {
        memoryBytes(network, training, rows: rows, augmentation: augmentation, plan: nil)
    }

    static func memoryBytes(
        _ network: NetworkSpecification, _ training: TrainingSpecification, rows: Int,
        augmentation: Augmentation? = nil, plan: ExecutionPlan?
    ) -> Int {
        let size = RunSize(network: network, training: training, trainRows: rows, augmentation: augmentation)
        return TrainingMemory(size, plan: plan).total
    }

    private static func check(
        _ network: NetworkSpecification, _ training: TrainingSpecification, _ sets: DataSets
    ) throws(TrainingError) {
        guard sets.train.count > 0 else { throw .noTrainingExamples }
        for inputs in sets.augmentation?.inputCounts ?? [] where inputs != network.inputs {
            throw .inputCount(expected: network.inputs, found: inputs)
        }
        let bytes = memoryBytes(network, training, rows: sets.train.count, augmentation: sets.augmentation)
        guard bytes <= Workspace.physicalBytes else { throw .notEnoughMemory(bytes: bytes) }
    }
}

extension BatchSize {
    /// Examples of a step over `total` training examples.
    public func rows(of total: Int) -> Int {
        switch self {
        case .full: total
        case .count(let count): min(count, total)
        }
    }
}
