import Perceptron

extension Remedies {
    /// Layers with fewer units than this get no dropout: too little would be left of them.
    static let leastUnitsForDropout = 8

    /// A network that knows its training examples and not what they have in common.
    var againstVariance: [Suggestion?] {
        [moreData, moreL2, fewerKept, stopEarly, augment, smaller]
    }

    private var moreData: Suggestion {
        let rows = evidence.train.count
        return advice(
            .addTrainingData, from: .integer(rows), to: .integer(2 * rows),
            "Train on more examples, \(2 * rows) instead of \(rows), if they can be had",
            "what is learned by heart of few does not hold for others, and nothing else helps without costing bias")
    }

    /// λ₂ with which the weights as they are would cost as much as the dev loss lies above the training loss; three times
    /// the λ₂ there is, if that is more.
    private var moreL2: Suggestion? {
        let squares = evidence.norms.reduce(0) { $0 + $1.squares }
        let examples = Double(evidence.train.count)
        let gap = (evidence.dev?.loss ?? .nan) - evidence.train.loss
        var lambda = gap > 0 && gap.isFinite && squares > 0 ? 2 * examples * gap / squares : examples / 100
        lambda = min(max(lambda, 3 * training.l2Lambda, 1e-4), max(examples, 3 * training.l2Lambda))
        guard lambda.isFinite else { return nil }
        return change(
            .increaseL2Lambda, "/training/l2_lambda", from: .number(training.l2Lambda), to: .number(oneDigit(lambda)),
            "smaller weights make a smoother function, which follows single examples less")
    }

    /// A fifth of the units less in each layer that is wide enough, down to one half.
    private var fewerKept: Suggestion? {
        let kept = network.hiddenLayers.map(\.keepProb)
        let fewer = network.hiddenLayers.map { layer in
            layer.units >= Remedies.leastUnitsForDropout
                ? min(layer.keepProb, max(0.5, hundredths(layer.keepProb - 0.2))) : layer.keepProb
        }
        guard fewer != kept else { return nil }
        return change(
            .decreaseKeepProb, "/network/keep_prob", from: .numbers(kept), to: .numbers(fewer),
            "no unit can then rely on any other one, so that the network spreads what it knows")
    }

    private var stopEarly: Suggestion? {
        guard training.earlyStopping == nil, evidence.dev != nil else { return nil }
        let best = diagnosis.curve.bestEpoch
        return change(
            .addEarlyStopping, "/training/early_stopping", from: nil,
            to: .earlyStopping(EarlyStopping(patience: max(20, training.epochs / 10))),
            diagnosis.curve.isOverfitting && best != nil
                ? "the dev loss was lowest after epoch \(best ?? 0) of \(diagnosis.curve.epochs) and has risen since"
                : "it keeps the epoch that does best on the dev set")
    }

    /// A tenth of each feature's deviation as noise; whoever knows what the data are knows better.
    private var augment: Suggestion {
        let why = "shifted, turned or noisy copies are nearly as good as new examples"
        guard evidence.canAddNoise else {
            return advice(.augmentData, "Augment the training data with what the answer must not depend on", why)
        }
        return change(.augmentData, "/data/augment", from: nil, to: .noise(0.1), why)
    }

    /// Half the units in every layer.
    private var smaller: Suggestion? {
        let units = network.hiddenLayers.map(\.units)
        let half = units.map { max(1, $0 / 2) }
        guard half != units, !evidence.hasInitialWeights else { return nil }
        return change(
            .shrinkNetwork, "/network/hidden_layers", from: .integers(units), to: .integers(half),
            "a smaller network has less room for single examples; regularisation usually does better")
    }
}
