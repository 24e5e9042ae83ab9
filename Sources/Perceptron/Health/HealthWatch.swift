/// Watches one run: inspects its data, probes its network, and raises alarms, each kind once a layer. Nothing of it
/// changes a bit of what is trained.
final class HealthWatch<S: Scalar> {
    private let training: TrainingSpecification
    private let monitor: TrainingMonitor
    private let probe: HealthProbe<S>
    private let updates: UpdateSample<S>
    private let startAlarms: [HealthAlarm]
    var plan: ProbePlan
    var rules: LayerRules
    var costRule: CostRule?
    var startNorms: [Double] = []
    /// Of the step before the next probe.
    var updateNorms: [(change: Double, weights: Double)]?
    private var raised: Set<HealthAlarm.Identity> = []

    /// The alarms so far, oldest first.
    private(set) var alarms: [HealthAlarm] = []
    /// The first of those that are to end the run.
    private(set) var reasonToStop: HealthAlarm?

    init(
        _ network: NetworkSpecification, _ training: TrainingSpecification, features: [InputFeature],
        train: EncodedSet<S>, dev: EncodedSet<S>?, test: EncodedSet<S>?, stepsPerEpoch: Int, isAugmented: Bool,
        arenas: Arenas<S>,
        team: ThreadTeam, monitor: TrainingMonitor, instructionSet: InstructionSet, workspace: Workspace
    ) throws(TrainingError) {
        self.training = training
        self.monitor = monitor
        plan = ProbePlan(network, training, examples: train.count)
        probe = try HealthProbe(
            network, training, train, rows: plan.rows, arenas: arenas, team: team, instructionSet: instructionSet,
            workspace: workspace)
        updates = try UpdateSample(arenas, ParameterLayout(NetworkShape(network)), in: workspace)
        let inspection = DataInspection(network, training, features: features, train: train, dev: dev, test: test)
        startAlarms = try inspection.alarms() + [InitializerRule.alarm(network)].compactMap(\.self)
        rules = LayerRules(network, steps: stepsPerEpoch * training.epochs)
        costRule = CostRule(network, training, seesTheSame: stepsPerEpoch == 1 && !isAugmented)
    }

    /// Before the first step: what is wrong with data and starting weights.
    func begin() {
        updates.take()
        startNorms = updates.norms().map(\.weights)
        startAlarms.forEach(raise)
    }

    /// Epochs after which the parameters are to be looked at next, as far as can be told before.
    var nextLook: Int { plan.next }

    /// Before the step that ends such an epoch.
    func stepBegins() { updates.take() }

    /// After it.
    func stepEnded() { updateNorms = updates.norms() }

    /// Looks at the parameters as they are, after `epoch` epochs.
    func look(_ epoch: Int) -> [LayerStatistics] {
        plan.made(epoch)
        var findings = probe.look()
        let norms = updateNorms
        updateNorms = nil
        for (number, norm) in (norms ?? []).enumerated() where norm.weights > 0 {
            findings.layers[number].updateRatio = norm.change / norm.weights
        }
        let updates = findings.layers.indices.map { number -> Double? in
            guard let norm = norms?[number] else { return nil }
            let size = max(norm.weights, startNorms[number])
            return size > 0 ? norm.change / size : nil
        }
        rules.judge(
            .init(
                epoch: epoch, layers: findings.layers, updates: updates, loss: findings.loss,
                constantLoss: probe.constantLoss, examples: probe.rows)
        ).forEach(raise)
        return findings.layers
    }

    /// Takes the training-mode cost of an epoch.
    func observe(cost: Double, epoch: Int) {
        guard let (cost, limit) = costRule?.observe(cost) else { return }
        raise(HealthAlarm(.costRising, epoch: epoch, value: cost, threshold: limit))
    }

    /// The run has left the finite numbers.
    func diverged(_ divergence: TrainingOutcome.Divergence) {
        raise(HealthAlarm(.divergence, epoch: divergence.epoch, value: divergence.cost, threshold: nil))
    }

    func raise(_ alarm: HealthAlarm) {
        guard raised.insert(alarm.identity).inserted else { return }
        alarms.append(alarm)
        monitor.raise(alarm)
        if reasonToStop == nil, training.stopOn.contains(alarm.kind) { reasonToStop = alarm }
    }
}
