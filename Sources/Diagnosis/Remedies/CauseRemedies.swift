import Perceptron

/// What is known to keep a network from learning goes before everything that only may: a larger network does not help
/// where the rate is too high or nothing comes through.
extension Remedies {
    /// Losses beyond that of the start from which steps are too long, and below which nothing has happened.
    static let grown = 1.05
    static let unmoved = 0.98

    /// One change for each cause that an alarm or the learning curve names.
    var againstCauses: [Suggestion?] {
        let alarms = evidence.alarms
        var list: [Suggestion?] = []
        if alarms.contains(.inputScale), evidence.inputsAreRaw { list.append(normalised) }
        if alarms.contains(.initializer), !evidence.hasInitialWeights, network.initializer != .auto {
            list.append(initialised)
        }
        if isTooFast { list.append(muchSlower) } else if isUnmoved { list.append(muchFaster) }
        if network.task == .regression, isTooFast || isUnmoved || diagnosis.train.value > 1 { list.append(scaled) }
        return list
    }

    /// Steps that do harm: an alarm says so, or the loss is above where it began, or a regression does worse than its mean
    /// would.
    var isTooFast: Bool {
        let signs: Set<HealthAlarm.Kind> = [.costRising, .divergence, .explodingGradients]
        if !evidence.alarms.isDisjoint(with: signs) { return true }
        let killsUnits = evidence.alarms.contains(.deadUnits) && !evidence.alarms.contains(.initializer)
        if killsUnits, hasLearnedLittle { return true }
        guard let growth else { return false }
        return growth > Remedies.grown
    }

    /// A curve that stays where it began though nothing is known to be in the way.
    private var isUnmoved: Bool {
        guard evidence.alarms.isEmpty, let growth else { return false }
        return growth > Remedies.unmoved && (diagnosis.curve.train?.noise ?? 0) < Remedies.heavyNoise
    }

    private var hasLearnedLittle: Bool { (growth ?? 0) > 0.8 }

    /// The last training loss over the first; nil where a penalty explains it.
    private var growth: Double? {
        // A heavy penalty is a cause of its own for a loss that stays.
        guard let first = evidence.history.first?.train.loss, let last = evidence.history.last?.train.loss,
            evidence.history.count > 1, first > 0, !isPenaltyHeavy
        else { return nil }
        return last / first
    }

    private var normalised: Suggestion {
        change(
            .normalizeInputs, "/data/normalize", from: .word("none"), to: .word("standard"),
            "the inputs are of very different sizes, and one learning rate cannot suit them all")
    }

    private var initialised: Suggestion {
        change(
            .changeInitializer, "/network/initializer", from: .word(network.initializer.rawValue), to: .word("auto"),
            "with these starting weights the signal or its gradient does not come through the network")
    }

    private var muchSlower: Suggestion {
        change(
            .decreaseLearningRate, "/training/learning_rate", from: .number(training.learningRate),
            to: .number(oneDigit(training.learningRate / 10)),
            "the steps do harm: the loss has risen, or they have put units out of action")
    }

    private var muchFaster: Suggestion? {
        let highest = [.sgd, .momentum].contains(training.optimizer.name) ? 0.3 : 0.01
        guard training.learningRate * 10 <= highest else { return nil }
        return change(
            .increaseLearningRate, "/training/learning_rate", from: .number(training.learningRate),
            to: .number(oneDigit(training.learningRate * 10)), "the loss has stayed where it began")
    }

    private var scaled: Suggestion {
        advice(
            .scaleTarget, "Give the target a mean of 0 and a deviation of about 1",
            "steps of a usual length neither reach nor suit values that are far from 0 or of another size")
    }
}
