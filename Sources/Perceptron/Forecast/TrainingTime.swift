/// About how long a run takes on this machine, with a core for each of its threads, in seconds.
public struct TrainingTime: Hashable, Sendable {
    /// The steps of an epoch.
    public var perEpoch: Double
    /// The steps of all epochs, which is what `TrainingOutcome.trainingSeconds` counts; no more than the run's time limit.
    public var training: Double
    /// Measuring the sets for the learning curve, for early stopping and at the end.
    public var measuring: Double

    /// Both.
    public var total: Double { training + measuring }

    /// What a run of `size` takes, if nothing but its time limit ends it early.
    /// - Throws: what keeps this machine from being measured.
    public init(_ size: RunSize) throws(TrainingError) {
        self.init(size, on: try MachineSpeed.measured())
    }

    package init(_ size: RunSize, on machine: MachineSpeed) {
        let training = size.training
        let execution = Execution(
            size.network, training, examples: size.trainRows, plan: nil, instructionSet: machine.instructionSet)
        let threads = Double(min(training.threads, machine.processors))
        let steps = 1e-9 * TrainingCost.epoch(size, execution) * machine.factor(execution.steps)
        // The small networks' plan has one thread, beside those that make its augmented examples.
        perEpoch = execution.steps == .gemm ? steps / threads : steps
        func measuring(_ rows: Int) -> Double {
            1e-9 * TrainingCost.measuring(size, execution, rows: rows)
                * machine.factor(execution.evaluation) / threads
        }
        let (train, dev, test) = (measuring(size.trainRows), measuring(size.devRows), measuring(size.testRows))
        let rows = Double(size.historyRows)
        var perRun = rows * (train + dev) + test
        if let rules = training.earlyStopping {
            let between = Double(training.epochs) - rows
            perRun += max(between, 0) * (rules.monitor == .trainLoss ? train : dev)
        }
        let epochs = Double(training.epochs)
        let share = min(1, (training.timeLimitSeconds ?? .infinity) / max(perEpoch * epochs + perRun, 1e-12))
        self.training = perEpoch * epochs * share
        self.measuring = perRun * share
    }
}
