/// How simple a trial's model is. Fewer parameters are simpler; then, what is regularised more: a larger λ₂, then a larger
/// λ₁, then a smaller keep_prob (the mean of the hidden layers'), then a smaller input_keep_prob; then the earlier trial.
struct Simplicity: Comparable {
    var parameters: Int
    var l2Lambda: Double
    var l1Lambda: Double
    var keepProb: Double
    var inputKeepProb: Double
    var trial: Int

    /// The simpler one is less.
    static func < (a: Simplicity, b: Simplicity) -> Bool {
        if a.parameters != b.parameters { return a.parameters < b.parameters }
        if a.l2Lambda != b.l2Lambda { return a.l2Lambda > b.l2Lambda }
        if a.l1Lambda != b.l1Lambda { return a.l1Lambda > b.l1Lambda }
        if a.keepProb != b.keepProb { return a.keepProb < b.keepProb }
        if a.inputKeepProb != b.inputKeepProb { return a.inputKeepProb < b.inputKeepProb }
        return a.trial < b.trial
    }
}

extension SweepProgress {
    /// The simplest trial whose score is within one standard error of the best one's (Breiman et al. 1984). Nil where
    /// there is no best, or its standard error is unknown.
    public func oneStandardError() throws -> TrialProgress? {
        let candidates = candidates
        guard let best = candidates.first?.score, let error = best.standardError else { return nil }
        let limit = settings.judge.by.largerIsBetter ? best.mean - error : best.mean + error
        return try candidates.filter { trial in
            trial.score.map { !settings.judge.isBetter(limit, than: $0.mean) } ?? false
        }.map { ($0, try simplicity(of: $0)) }.min { $0.1 < $1.1 }?.0
    }

    private func simplicity(of trial: TrialProgress) throws -> Simplicity {
        let (network, training) = try specification.template.settings(.init(values: specification.pairs(trial.values)))
        let keepProbs = network.hiddenLayers.map(\.keepProb)
        return Simplicity(
            parameters: trial.parameterCount ?? .max, l2Lambda: training.specification.l2Lambda,
            l1Lambda: training.specification.l1Lambda,
            keepProb: keepProbs.isEmpty ? 1 : keepProbs.reduce(0, +) / Double(keepProbs.count),
            inputKeepProb: network.inputKeepProb, trial: trial.number)
    }
}

extension SweepSpecification {
    /// A trial's values with what they are of.
    func pairs(_ values: [SweepValue]) -> [(parameter: SweepParameter, value: SweepValue)] {
        zip(settings.dimensions, values).map { ($0.parameter, $1) }
    }
}
