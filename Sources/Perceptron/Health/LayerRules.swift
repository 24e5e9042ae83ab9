/// Decides from what probes find whether something is wrong with a layer. What a few units or one step do is chance in
/// part: such rules want to see the same at two probes in a row. docs/health.md has every limit with its reasons.
struct LayerRules {
    /// Share of a layer's units that are dead or saturated.
    static var share: Double { 0.5 }
    /// The share of dead units that counts even where training goes well.
    static var largeShare: Double { 0.9 }
    /// ‖∂L/∂z‖ of the first layer beside that of the last.
    static var vanishing: Double { 1e-4 }
    static var exploding: Double { 1e3 }
    /// Growth of the whole gradient since the start.
    static var growth: Double { 100 }
    /// ‖ΔW‖ / ‖W‖.
    static var largeUpdate: Double { 0.5 }
    static var smallUpdate: Double { 1e-5 }
    /// How far all steps of such a size would take the weights.
    static var smallJourney: Double { 1e-3 }
    /// Examples from which on it is told of a unit that it never does something.
    static var fewestExamples: Int { 32 }
    /// Units from which on a share of them means something; smaller layers are judged as a whole.
    static var fewestUnits: Int { 8 }

    /// What a probe is judged by.
    struct Probe {
        var epoch: Int
        var layers: [LayerStatistics]
        /// Layer by layer ‖ΔW‖ / max(‖W‖, ‖W‖ at the start); nil where it is not known.
        var updates: [Double?]
        /// Mean loss of the probed examples, and that of the best constant prediction.
        var loss: Double
        var constantLoss: Double
        var examples: Int
    }

    private let network: NetworkSpecification
    /// Whether all weights start at 0, an illness of its own that has others among its symptoms.
    private let startsAtZero: Bool
    private let steps: Double
    var start: (gradient: Double, loss: Double)?
    var seenBefore: Set<HealthAlarm.Identity> = []

    /// - Parameter steps: those of the whole run.
    init(_ network: NetworkSpecification, steps: Int) {
        self.network = network
        self.steps = Double(steps)
        startsAtZero = network.initializer == .zeros && network.initialLayers == nil
    }

    /// The alarms of one probe, those of earlier ones perhaps among them.
    mutating func judge(_ probe: Probe) -> [HealthAlarm] {
        var seen: [HealthAlarm] = unitAlarms(probe)
        let unitsFail = !seen.isEmpty
        if !unitsFail, !startsAtZero { seen += ratioAlarms(probe) }
        if let alarm = growthAlarm(probe) { seen.append(alarm) }
        seen += updateAlarms(probe, unitsFail: unitsFail)
        let sightings = Set(seen.map(\.identity))
        defer { seenBefore = sightings }
        return seen.filter { isCertain($0) || seenBefore.contains($0.identity) }
    }

    /// What needs no second look: a layer with next to no living unit, what is a mean over all units and examples, and what
    /// looked at the past itself.
    private func isCertain(_ alarm: HealthAlarm) -> Bool {
        switch alarm.kind {
        case .deadUnits: alarm.value >= Self.largeShare
        case .vanishingGradients, .explodingGradients: true
        case .updateRatio: alarm.layer == nil
        default: false
        }
    }

    private func learnsLittle(_ probe: Probe) -> Bool { probe.loss > probe.constantLoss / 2 }

    private func unitAlarms(_ probe: Probe) -> [HealthAlarm] {
        guard probe.examples >= Self.fewestExamples, !startsAtZero else { return [] }
        var alarms: [HealthAlarm] = []
        for (number, layer) in network.hiddenLayers.enumerated() {
            let statistics = probe.layers[number]
            let isLarge = layer.units >= Self.fewestUnits
            if let dead = statistics.deadShare,
                dead == 1 || isLarge && dead > Self.share && (learnsLittle(probe) || dead >= Self.largeShare)
            {
                alarms.append(
                    HealthAlarm(
                        .deadUnits, layer: number + 1, epoch: probe.epoch, value: dead, threshold: Self.share))
            }
            if let saturated = statistics.saturatedShare, learnsLittle(probe),
                saturated == 1 || isLarge && saturated > Self.share
            {
                alarms.append(
                    HealthAlarm(
                        .saturatedUnits, layer: number + 1, epoch: probe.epoch, value: saturated,
                        threshold: Self.share))
            }
        }
        return alarms
    }

    /// The first layer's ∂L/∂z beside the last one's.
    private func ratioAlarms(_ probe: Probe) -> [HealthAlarm] {
        guard probe.layers.count > 1, let first = probe.layers.first, let last = probe.layers.last,
            last.deltaNorm > 0
        else { return [] }
        let ratio = first.deltaNorm / last.deltaNorm
        if ratio < Self.vanishing, learnsLittle(probe) {
            return [
                HealthAlarm(
                    .vanishingGradients, layer: 1, epoch: probe.epoch, value: ratio, threshold: Self.vanishing)
            ]
        }
        // Targets of a large size make large weights below the output: no illness while the loss comes down.
        let comesDown = start.map { probe.loss < $0.loss / 2 } ?? false
        guard ratio > Self.exploding, learnsLittle(probe), !comesDown else { return [] }
        return [
            HealthAlarm(.explodingGradients, layer: 1, epoch: probe.epoch, value: ratio, threshold: Self.exploding)
        ]
    }

    /// The whole gradient beside that of the start, where the loss has not gone down meanwhile.
    private mutating func growthAlarm(_ probe: Probe) -> HealthAlarm? {
        let gradient = probe.layers.reduce(0) { $0 + $1.gradientNorm * $1.gradientNorm }.squareRoot()
        guard let start else {
            start = (gradient, probe.loss)
            return nil
        }
        let reference = max(start.gradient, .leastNormalMagnitude)
        guard gradient > Self.growth * reference, probe.loss > 2 * max(start.loss, probe.constantLoss) else {
            return nil
        }
        return HealthAlarm(
            .explodingGradients, epoch: probe.epoch, value: gradient / reference, threshold: Self.growth)
    }

    private func updateAlarms(_ probe: Probe, unitsFail: Bool) -> [HealthAlarm] {
        let known = probe.updates.enumerated().compactMap { number, ratio in ratio.map { (number, $0) } }
        guard let largest = known.map(\.1).max() else { return [] }
        // Where a run has arrived its steps are small: they are too small where it has not even begun to learn.
        let limit = min(Self.smallUpdate, Self.smallJourney / steps)
        let hasMoved = start.map { abs(probe.loss - $0.loss) > 1e-3 * abs($0.loss) } ?? true
        if !unitsFail, !startsAtZero, largest < limit, !hasMoved, learnsLittle(probe) {
            return [HealthAlarm(.updateRatio, epoch: probe.epoch, value: largest, threshold: limit)]
        }
        return known.filter { $0.1 > Self.largeUpdate }.map { number, ratio in
            HealthAlarm(
                .updateRatio, layer: number + 1, epoch: probe.epoch, value: ratio, threshold: Self.largeUpdate)
        }
    }
}
