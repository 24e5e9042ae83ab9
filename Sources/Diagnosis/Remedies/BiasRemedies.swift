import Perceptron

extension Remedies {
    /// The share of the cost that the penalties make from which the network is held back by them.
    static let heavyPenalty = 0.2
    /// The share of weights that are almost 0 from which a penalty has gone too far.
    static let mostWeights = 0.5
    /// The share of units kept below which dropout holds a network back.
    static let heavyDropout = 0.7
    /// The noise of the training loss, relative to its mean, from which the steps are too long.
    static let heavyNoise = 0.1
    /// The share of the starting loss above which training has hardly begun.
    static let hardlyBegun = 0.8

    /// A network that does badly on the very examples it trains on.
    var againstBias: [Suggestion?] {
        let isFalling = diagnosis.curve.train?.direction == .falling
        var list: [Suggestion?] = []
        if isPenaltyHeavy { list += [lessL2, lessL1] }
        if keptShare < Remedies.heavyDropout { list.append(moreKept) }
        if let noise = diagnosis.curve.train?.noise, noise > Remedies.heavyNoise { list.append(slower) }
        if isFalling, (diagnosis.curve.remainingLoss ?? 0) > Remedies.hardlyBegun { list.append(faster(by: 10)) }
        if diagnosis.stoppedTooEarly { list.append(longer) }
        list += [larger, longer, otherOptimizer]
        if isFalling { list.append(faster(by: 3)) }
        return list + [lessL2, lessL1, moreKept]
    }

    /// Twice the epochs, or twice the time where that ended training.
    var longer: Suggestion? {
        let why =
            diagnosis.stoppedTooEarly
            ? "the loss was still falling when training ended" : "a network that fits badly may need more steps"
        if evidence.stopReason == .timeLimit, let limit = training.timeLimitSeconds {
            return change(
                .raiseTimeLimit, "/training/time_limit_seconds", from: .number(limit), to: .number(2 * limit), why)
        }
        guard evidence.stopReason == .completed, training.epochs <= 5_000_000 else { return nil }
        return change(
            .trainLonger, "/training/epochs", from: .integer(training.epochs), to: .integer(2 * training.epochs), why)
    }

    /// Twice the units in every layer, and at least 16 in the widest.
    private var larger: Suggestion? {
        guard !evidence.hasInitialWeights else { return nil }
        let units = network.hiddenLayers.map(\.units)
        let widest = units.max() ?? 0
        guard widest <= 500_000 else { return nil }
        guard !units.isEmpty else { return firstLayer }
        let factor = max(2, (16 + widest - 1) / max(widest, 1))
        return change(
            .enlargeNetwork, "/network/hidden_layers", from: .integers(units),
            to: .integers(units.map { $0 * factor }), "a larger network can fit what this one cannot")
    }

    /// A hidden layer where there is none. It comes with all of the network: lists with an entry for each layer, which may
    /// be there and empty, would not fit it.
    private var firstLayer: Suggestion {
        func with(_ units: [Int]) -> Suggestion.Value {
            .network(
                .init(
                    units: units, inputKeepProb: network.inputKeepProb, batchNorm: network.batchNorm,
                    initializer: network.initializer))
        }
        return change(
            .enlargeNetwork, "/network", from: with([]), to: with([16]),
            "a network with a hidden layer can fit what one without cannot")
    }

    /// Adam in place of plain descent, where the learning rate is small enough for it.
    private var otherOptimizer: Suggestion? {
        guard [.sgd, .momentum].contains(training.optimizer.name), training.learningRate <= 0.01 else { return nil }
        return change(
            .changeOptimizer, "/training/optimizer", from: .word(training.optimizer.name.rawValue), to: .word("adam"),
            "it gives each weight a step of its own length and is faster on most problems")
    }

    /// A higher rate, as long as it is none that is known to be too high.
    private func faster(by factor: Double) -> Suggestion? {
        let highest = [.sgd, .momentum].contains(training.optimizer.name) ? 1 : 0.03
        guard training.learningRate * factor <= highest else { return nil }
        return change(
            .increaseLearningRate, "/training/learning_rate", from: .number(training.learningRate),
            to: .number(oneDigit(training.learningRate * factor)), "the training loss falls steadily and slowly")
    }

    private var slower: Suggestion {
        change(
            .decreaseLearningRate, "/training/learning_rate", from: .number(training.learningRate),
            to: .number(oneDigit(training.learningRate / 3)),
            "the training loss jumps up and down: the steps are too long")
    }

    private var lessL2: Suggestion? {
        guard training.l2Lambda > 0 else { return nil }
        return change(
            .decreaseL2Lambda, "/training/l2_lambda", from: .number(training.l2Lambda),
            to: .number(looser(training.l2Lambda)), lessPenaltyWhy)
    }

    private var lessL1: Suggestion? {
        guard training.l1Lambda > 0 else { return nil }
        return change(
            .decreaseL1Lambda, "/training/l1_lambda", from: .number(training.l1Lambda),
            to: .number(looser(training.l1Lambda)), lessPenaltyWhy)
    }

    /// A tenth, and at most a hundredth of the number of examples; nothing in place of next to nothing.
    private func looser(_ lambda: Double) -> Double {
        lambda < 1e-3 ? 0 : oneDigit(min(lambda / 10, Double(evidence.train.count) / 100))
    }

    private var lessPenaltyWhy: String {
        if penaltyShare > Remedies.heavyPenalty {
            return "the penalty is \(percent(penaltyShare)) of the cost and keeps the weights from fitting"
        }
        return isPenaltyHeavy
            ? "the penalty has pressed \(percent(nearZeroShare)) of the weights to almost 0"
            : "the penalty keeps the weights from fitting"
    }

    /// Whether the penalties are a large part of the cost, or have left no weights to be one.
    var isPenaltyHeavy: Bool { penaltyShare > Remedies.heavyPenalty || nearZeroShare > Remedies.mostWeights }

    private var nearZeroShare: Double {
        let weights = evidence.norms.reduce(0) { $0 + $1.count }
        return weights > 0 ? Double(evidence.norms.reduce(0) { $0 + $1.nearZeroCount }) / Double(weights) : 0
    }

    /// Half as much dropout in every layer.
    private var moreKept: Suggestion? {
        let kept = network.hiddenLayers.map(\.keepProb)
        guard kept.contains(where: { $0 < 1 }) else { return nil }
        return change(
            .increaseKeepProb, "/network/keep_prob", from: .numbers(kept),
            to: .numbers(kept.map { hundredths(1 - (1 - $0) / 2) }), "dropout keeps the network from fitting")
    }

    private var keptShare: Double { network.hiddenLayers.map(\.keepProb).min() ?? 1 }

    /// The penalties' share of the cost on the training set.
    private var penaltyShare: Double {
        let penalty = evidence.norms.penalty(training, examples: evidence.train.count)
        let cost = evidence.train.loss + penalty
        return cost > 0 && cost.isFinite ? penalty / cost : 0
    }
}
