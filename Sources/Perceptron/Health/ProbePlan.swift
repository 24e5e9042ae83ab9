/// How many examples a probe sees and after which epochs one is made: by sizes alone, never by the clock, so that a run's
/// alarms are as deterministic as its weights.
struct ProbePlan {
    /// Examples of a probe.
    let rows: Int
    /// Multiply-adds that a probe, and an epoch of training, are worth.
    private let probeWork: Double
    private let epochWork: Double
    let epochs: Int
    private let every: Int
    var spent = 0.0
    /// The epoch after which the next probe is due; the last one is, always.
    var next: Int

    /// The share of training that probes may take, start and end left out.
    static var budget: Double { 0.01 }
    /// The most examples a probe sees.
    static var mostRows: Int { 128 }
    /// The fewest, where the set has as many.
    static var fewestRows: Int { 8 }

    init(_ network: NetworkSpecification, _ training: TrainingSpecification, examples: Int) {
        let work = TrainingWork(network, training, examples: examples)
        epochWork = work.epoch
        // Start and end together may cost as much again as the probes between them.
        let affordable = (ProbePlan.budget / 2 * work.total - work.probe) / work.probedRow
        // What takes some ten microseconds is always affordable.
        let least = max(Double(ProbePlan.fewestRows), 500_000 / work.probedRow)
        rows = min(examples, Int(min(Double(ProbePlan.mostRows), max(affordable, least))))
        probeWork = work.probe + Double(rows) * work.probedRow
        epochs = training.epochs
        every = training.historyEvery
        next = epochs
    }

    /// A probe has been made after `epoch` epochs. The next one comes an epoch later at first, then each time a quarter
    /// later than before, as soon as the budget allows it and a history row is due.
    mutating func made(_ epoch: Int) {
        if epoch > 0 { spent += probeWork }
        let affordable = ((spent + probeWork) / (ProbePlan.budget * epochWork)).rounded(.up)
        guard affordable < Double(epochs), every < epochs else {
            next = epochs
            return
        }
        let earliest = max(epoch + max(1, epoch / 4), Int(affordable))
        next = min(epochs, (earliest + every - 1) / every * every)
    }
}

/// What training costs, in multiply-adds: a model that knows sizes only. Small steps cost more than their
/// multiplications, by what a step and a unit cost by themselves.
struct TrainingWork {
    /// An epoch's steps.
    let epoch: Double
    /// All epochs.
    let total: Double
    /// One example of a probe.
    let probedRow: Double
    /// A probe by itself: some ten microseconds, and passes over parameters and gradient.
    let probe: Double

    init(_ network: NetworkSpecification, _ training: TrainingSpecification, examples: Int) {
        let parameters = Double(network.parameterCount)
        let units = Double(network.hiddenLayers.reduce(network.outputs) { $0 + $1.units })
        let batch = training.batchSize.rows(of: examples)
        let steps = Double((examples + batch - 1) / max(batch, 1))
        epoch = Double(examples) * (3 * parameters + 10 * units) + steps * (40_000 + parameters)
        total = epoch * Double(training.epochs)
        probedRow = 3 * parameters + 40 * units
        probe = 300_000 + 40 * parameters
    }
}
