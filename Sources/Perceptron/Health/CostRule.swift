/// Full-batch gradient descent lowers the cost at every step unless something is wrong: the rule to debug by. It says
/// nothing of mini-batches, dropout or optimizers that scale each derivative by itself, whose cost may rise.
struct CostRule {
    /// Epochs with a cost beyond the limit that are let pass, less those since that were within it.
    static var patience: Int { 5 }

    private let hasMomentum: Bool
    var start: Double?
    var lowest = Double.infinity
    var strikes = 0

    /// Nil where the rule does not hold.
    /// - Parameter seesTheSame: whether every step is on all examples as they are.
    init?(_ network: NetworkSpecification, _ training: TrainingSpecification, seesTheSame: Bool) {
        let keepsAll = network.inputKeepProb == 1 && network.hiddenLayers.allSatisfy { $0.keepProb == 1 }
        guard seesTheSame, keepsAll else { return nil }
        switch training.optimizer {
        case .sgd: hasMomentum = false
        case .momentum: hasMomentum = true
        case .rmsprop, .adam, .adamw: return nil
        }
    }

    /// Takes an epoch's cost before its step; answers cost and limit once the cost has been too high too often.
    mutating func observe(_ cost: Double) -> (cost: Double, limit: Double)? {
        guard let start else {
            start = cost
            lowest = cost
            return nil
        }
        // Near the end of a descent the cost goes up and down a little; momentum carries it up a slope, but not above
        // where it came from.
        let limit = hasMomentum ? 1.05 * start : lowest + 0.05 * start
        lowest = min(lowest, cost)
        guard cost > limit else {
            strikes = max(0, strikes - 1)
            return nil
        }
        strikes += 1
        return strikes == Self.patience ? (cost, limit) : nil
    }
}
