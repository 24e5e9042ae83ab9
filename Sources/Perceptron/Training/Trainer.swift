/// One run: epochs, steps, evaluations, and the reasons to stop.
final class Trainer<S: Scalar> {
    /// What makes the gradient of a batch.
    enum Step {
        case gemm(GradientStep<S>)
        /// With room for the batches of a set that is not kept encoded.
        case fused(
            FusedStep<S>, inputs: UnsafeMutablePointer<S>, targets: UnsafeMutablePointer<S>,
            weights: UnsafeMutablePointer<S>)
    }

    private let network: NetworkSpecification
    let training: TrainingSpecification
    let monitor: TrainingMonitor
    let shape: NetworkShape
    let layout: ParameterLayout
    let train: EncodedSet<S>
    let dev: EncodedSet<S>?
    let test: EncodedSet<S>?
    private let batchRows: Int
    let stepsPerEpoch: Int
    private let isFullBatch: Bool
    private let augmenter: ExampleAugmenter?
    let penalty: Penalty<S>
    let kernels: Kernels<S>
    let instructionSet: InstructionSet

    let workspace = Workspace()
    private let team: ThreadTeam
    let arenas: Arenas<S>
    let step: Step
    let evaluator: Evaluator<S>
    let snapshot: Snapshot<S>?
    /// Nil where the run is not watched.
    let health: HealthWatch<S>?
    /// Places in the training set, in the epoch's order; empty with a full batch.
    private var order: [Int32]

    var optimizer: Optimizer<S>
    var watch: EarlyStoppingWatch?
    private var clock = StepClock()
    var startedAt = 0.0
    var evaluationSeconds = 0.0
    /// Completed epochs.
    var epoch = 0
    /// Completed steps of the run.
    var steps = 0
    /// Those when the last epoch was completed: parameters beyond it belong to no epoch.
    var stepsAtEpochEnd = 0
    var stopReason: StopReason?
    var divergence: TrainingOutcome.Divergence?
    var history: [HistoryRow] = []
    var lowestDevLoss: TrainingOutcome.Best?
    var bestEpoch: TrainingOutcome.Best?
    var stepCost: Double?
    /// The norm of the last step's gradient before it was clipped, or as it was saved; nil where it is still to be computed.
    var gradientNorm: Double?
    var checkpointing: Checkpointing?
    /// When the next checkpoint is due, by the monotonic clock.
    var nextCheckpoint = Double.infinity
    /// Where a resumed run goes on within its epoch, and the costs of the epoch's steps before; nil once it has.
    var resumed: (step: Int, costs: Double)?
    /// Seconds of the run before it was resumed.
    var secondsBefore = 0.0
    /// The last measurement and the step it was made after.
    var measured: (steps: Int, train: SetMetrics?, dev: SetMetrics?) = (-1, nil, nil)

    init(
        _ network: NetworkSpecification, _ training: TrainingSpecification, _ sets: DataSets,
        _ monitor: TrainingMonitor,
        _ execution: Execution
    ) throws(TrainingError) {
        self.network = network
        self.training = training
        self.monitor = monitor
        shape = NetworkShape(network)
        layout = ParameterLayout(shape)
        kernels = Kernels(execution.instructionSet)
        instructionSet = execution.instructionSet
        let keeper = execution.evaluation == .fused ? workspace : nil
        train = try EncodedSet(sets.train, network: network, keptIn: keeper)
        dev = try Self.encoded(sets.dev, network, keeper)
        test = try Self.encoded(sets.test, network, keeper)
        batchRows = training.batchSize.rows(of: train.count)
        stepsPerEpoch = (train.count + batchRows - 1) / batchRows
        isFullBatch = stepsPerEpoch == 1
        penalty = Penalty(training, examples: train.count, isStep: true, kernels: kernels)
        let augmentation = sets.augmentation.flatMap { $0.isIdentity ? nil : $0 }
        team = ThreadTeam(threads: execution.steps == .fused && augmentation == nil ? 1 : training.threads)
        augmenter =
            if let augmentation {
                try ExampleAugmenter(
                    augmentation, of: sets.train, seed: training.seed, workers: team.workers,
                    instructionSet: execution.instructionSet)
            } else { nil }
        arenas = try Arenas(layout: layout, in: workspace)
        try InitialParameters.fill(arenas, network: network, training: training)
        step = try Self.step(
            execution, network, training, arenas, rows: batchRows, keepsInputs: isFullBatch && augmenter == nil,
            isEncoded: train.encoded != nil && augmenter == nil, team: team, kernels: kernels, workspace: workspace)
        evaluator = try Evaluator(
            shape: shape, arenas: arenas, rows: max(train.count, dev?.count ?? 0, test?.count ?? 0), team: team,
            monitor: monitor, plan: execution.evaluation, kernels: kernels, workspace: workspace)
        optimizer = try Optimizer(
            training.optimizer.addingDecay(training.l2Lambda / Double(train.count)), count: layout.count,
            kernels: kernels, workspace: workspace)
        watch = training.earlyStopping.map(EarlyStoppingWatch.init)
        snapshot =
            training.earlyStopping?.restoreBest == true ? try Snapshot(arenas, layout, in: workspace) : nil
        health =
            training.monitor == .off
            ? nil
            : try HealthWatch(
                network, training, features: sets.train.inputs, train: train, dev: dev, test: test,
                stepsPerEpoch: stepsPerEpoch, isAugmented: augmenter != nil, arenas: arenas, team: team,
                monitor: monitor,
                instructionSet: execution.instructionSet, workspace: workspace)
        order = isFullBatch ? [] : (0..<Int32(train.count)).map { $0 }
    }

    private static func encoded(
        _ examples: ExampleSet?, _ network: NetworkSpecification, _ keeper: Workspace?
    ) throws(TrainingError) -> EncodedSet<S>? {
        guard let examples, examples.count > 0 else { return nil }
        return try EncodedSet(examples, network: network, keptIn: keeper)
    }

    private static func step(
        _ execution: Execution, _ network: NetworkSpecification, _ training: TrainingSpecification,
        _ arenas: Arenas<S>, rows: Int, keepsInputs: Bool, isEncoded: Bool, team: ThreadTeam, kernels: Kernels<S>,
        workspace: Workspace
    ) throws(TrainingError) -> Step {
        guard execution.steps == .fused else {
            return .gemm(
                try GradientStep(
                    network: network, training: training, arenas: arenas, rows: rows, team: team,
                    instructionSet: execution.instructionSet, workspace: workspace))
        }
        return .fused(
            try FusedStep(
                network: network, training: training, arenas: arenas, rows: rows, keepsInputs: keepsInputs,
                kernels: kernels, workspace: workspace),
            inputs: try workspace.take(isEncoded ? 0 : rows * network.inputs),
            targets: try workspace.take(isEncoded ? 0 : rows), weights: try workspace.take(isEncoded ? 0 : rows))
    }

    func run() -> TrainingOutcome {
        FloatingPointMode.flushingDenormals {
            let now = MonotonicClock.seconds
            startedAt = now - secondsBefore
            if let checkpointing { nextCheckpoint = now + checkpointing.interval }
            if isFullBatch, augmenter == nil { loadAll() }
            loop()
            return finish()
        }
    }

    /// The full batch, which stays as it is.
    private func loadAll() {
        switch step {
        case .gemm(let step): step.load(train, at: nil, rows: train.count)
        case .fused(let step, let inputs, let targets, let weights):
            if let encoded = train.encoded {
                step.load(
                    inputs: encoded.inputs, targets: encoded.targets, weights: encoded.weights, rows: train.count)
            } else {
                train.encodeAll(inputs: inputs, targets: targets, weights: weights)
                step.load(
                    inputs: inputs, targets: targets, weights: train.weights.ofLoss == nil ? nil : weights,
                    rows: train.count)
            }
        }
    }

    private func loop() {
        if resumed == nil {
            guard begin() else {
                // Nothing has been trained that could be saved.
                stopReason = .cancelled
                return
            }
        }
        while epoch < training.epochs, stopReason == nil {
            guard let costs = runEpoch() else { return }
            epoch += 1
            stepsAtEpochEnd = steps
            guard finishEpoch() else {
                stopReason = .cancelled
                if monitor.stopRequest == .interrupt, let checkpointing { saveBeforeEpochEnd(checkpointing, costs) }
                return
            }
        }
    }

    /// The epoch's steps; answers the sum of their costs, nil if something ended them.
    private func runEpoch() -> Double? {
        let rate = training.learningRate(epoch: epoch)
        orderRows()
        guard let costs = order.withUnsafeBufferPointer({ runSteps(order: $0.baseAddress, rate: rate) }) else {
            return nil
        }
        guard kernels.allFinite(arenas.parameters, count: layout.count) else {
            diverge(step: stepsPerEpoch, cost: costs / Double(stepsPerEpoch))
            return nil
        }
        stepCost = costs / Double(stepsPerEpoch)
        return costs
    }

    /// The epoch's steps over the training set in the given order (its own with a full batch); answers the sum of
    /// their costs, nil if something ended them.
    private func runSteps(order: UnsafePointer<Int32>?, rate: Double) -> Double? {
        var (first, costs) = resumed ?? (0, 0)
        resumed = nil
        let watchedStep = health?.nextLook == epoch + 1 ? stepsPerEpoch - 1 : -1
        for number in first..<stepsPerEpoch {
            if let request = monitor.stopRequest {
                if request == .interrupt, let checkpointing {
                    save(checkpointing, beforeStep: number, costs: costs)
                }
                stopReason = .cancelled
                return nil
            }
            if let now = clock.tick() {
                report(now, stepInEpoch: number)
                if now >= nextCheckpoint, let checkpointing { save(checkpointing, beforeStep: number, costs: costs) }
                if let limit = training.timeLimitSeconds, now - startedAt >= limit {
                    stopReason = .timeLimit
                    return nil
                }
            }
            if number == watchedStep { health?.stepBegins() }
            let cost = makeStep(number, order: isFullBatch ? nil : order, rate: rate)
            if number == watchedStep { health?.stepEnded() }
            guard cost.isFinite else {
                diverge(step: number + 1, cost: cost)
                return nil
            }
            costs += cost
            steps += 1
        }
        return costs
    }

    /// One step with its update; answers the training-mode cost before it. If that is not finite nothing is updated.
    private func makeStep(_ number: Int, order: UnsafePointer<Int32>?, rate: Double) -> Double {
        let first = number * batchRows
        let rows = min(batchRows, train.count - first)
        let order = order.map { $0 + first }
        let maskStep = UInt32(truncatingIfNeeded: steps)
        let penalties = penalty.cost(arenas, layout)
        gradientNorm = nil
        let augmented = augmenter.map { AugmentedEpoch(augmenter: $0, epoch: epoch) }
        let cost: Double
        switch step {
        case .gemm(let step):
            if order != nil || augmented != nil { step.load(train, at: order, rows: rows, augmented: augmented) }
            let loss = step.forward(rows: rows, step: maskStep, updatesRunningStatistics: true)
            cost = loss / Double(rows) + penalties
            guard cost.isFinite else { return cost }
            if training.clipNorm == nil {
                // The history may want the norm of the gradient of an epoch's last step.
                step.backward(
                    applying: optimizer.next(learningRate: rate, penalty: penalty.gradientTerms),
                    keepsGradient: number == stepsPerEpoch - 1)
                return cost
            }
            step.backward()
        case .fused(let step, let inputs, let targets, let weights):
            let loss: Double
            let given = train.weights.ofLoss == nil ? nil : UnsafePointer(weights)
            if let augmented {
                train.encode(
                    augmented, at: order, rows: rows, inputs: inputs, targets: targets, weights: weights, sharedBy: team
                )
                loss = step.run(
                    inputs: inputs, targets: targets, weights: given, order: nil, rows: rows, step: maskStep)
            } else if let order, let encoded = train.encoded {
                loss = step.run(
                    inputs: encoded.inputs, targets: encoded.targets, weights: encoded.weights, order: order,
                    rows: rows, step: maskStep)
            } else if let order {
                train.encode(
                    UnsafeBufferPointer(start: order, count: rows), inputs: inputs, targets: targets, weights: weights)
                loss = step.run(
                    inputs: inputs, targets: targets, weights: given, order: nil, rows: rows, step: maskStep)
            } else {
                loss = step.run(rows: rows, step: maskStep)
            }
            cost = loss / Double(rows) + penalties
            guard cost.isFinite else { return cost }
        }
        penalty.addGradient(arenas, layout)
        clip()
        optimizer.update(arenas, layout, learningRate: rate, team: team)
        return cost
    }

    private func clip() {
        guard let limit = training.clipNorm else { return }
        let norm = kernels.squares(arenas.gradient, count: layout.count).squareRoot()
        gradientNorm = norm
        guard norm > limit else { return }
        kernels.scale(arenas.gradient, by: limit / norm, count: layout.count)
    }

    private func orderRows() {
        guard !isFullBatch, training.shuffle else { return }
        // From the set's own order, so that an epoch's order does not depend on the epochs before.
        order.withUnsafeMutableBufferPointer { order in
            for place in order.indices { order[place] = Int32(place) }
            guard let base = order.baseAddress else { return }
            kernels.shuffle(
                base, count: order.count, seed: training.seed, major: UInt32(truncatingIfNeeded: epoch))
        }
    }

    private func diverge(step: Int, cost: Double) {
        stopReason = .diverged
        let divergence = TrainingOutcome.Divergence(epoch: epoch + 1, step: step, cost: cost)
        self.divergence = divergence
        health?.diverged(divergence)
    }

    func report(_ now: Double, stepInEpoch: Int, ended: Bool = false) {
        let done = Double(epoch) + Double(stepInEpoch) / Double(stepsPerEpoch)
        let elapsed = now - startedAt
        let perEpoch = done > 0 ? elapsed / done : nil
        var left = perEpoch.map { $0 * (Double(training.epochs) - done) }
        if let limit = training.timeLimitSeconds { left = left.map { min($0, max(limit - elapsed, 0)) } }
        monitor.report(
            epoch: epoch, fraction: done / Double(training.epochs), secondsPerEpoch: perEpoch,
            etaSeconds: ended ? 0 : left)
    }
}
