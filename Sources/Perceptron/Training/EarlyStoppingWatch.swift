/// Early stopping's decision at the end of an epoch.
struct EarlyStoppingWatch {
    /// What follows from an epoch.
    struct Verdict: Equatable {
        /// Better than every epoch before.
        var improved: Bool
        /// Patience is at its end.
        var stops: Bool
    }

    let rules: EarlyStopping
    var bestEpoch: Int?
    var bestValue = 0.0
    var waited = 0

    init(_ rules: EarlyStopping) { self.rules = rules }

    /// Takes the watched value after `epoch` epochs. A NaN is never an improvement.
    mutating func observe(_ value: Double, epoch: Int) -> Verdict {
        let gain = rules.monitor.largerIsBetter ? value - bestValue : bestValue - value
        if bestEpoch == nil ? !value.isNaN : gain > rules.minDelta {
            bestEpoch = epoch
            bestValue = value
            waited = 0
            return Verdict(improved: true, stops: false)
        }
        waited += 1
        return Verdict(improved: false, stops: waited >= rules.patience)
    }
}
