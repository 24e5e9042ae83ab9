import Perceptron

extension Remedies {
    /// The least share of the rows that is left to train on when the dev set grows.
    static let leastTrainShare = 0.4

    /// What is missing for a verdict.
    var dataForADecision: [Suggestion?] {
        guard let dev = diagnosis.dev, let variance = diagnosis.variance else { return [addDevSet] }
        var list: [Suggestion?] = []
        if variance.level == .unsettled { list.append(largerDevSet(dev.examples, variance)) }
        if diagnosis.avoidableBias.level == .unsettled {
            let rows = diagnosis.train.examples
            let wanted = Remedies.wanted(rows, diagnosis.avoidableBias)
            list.append(
                advice(
                    .addTrainingData, from: .integer(rows), to: .integer(wanted),
                    "Train on more examples, some \(wanted) instead of \(rows)",
                    "the error on so few does not tell bias from chance"))
        }
        return list
    }

    private var addDevSet: Suggestion {
        let why = "without a dev set nobody can tell whether the network has learned or memorised"
        guard let split = evidence.split else {
            return advice(.addDevSet, "Send a dev set along with the training set", why)
        }
        return change(
            .addDevSet, "/data/split", from: .split(split), to: .split(.init(train: 0.6, dev: 0.2, test: 0.2)), why)
    }

    private func largerDevSet(_ rows: Int, _ gap: Gap) -> Suggestion {
        let wanted = Remedies.wanted(rows, gap)
        let why = "\(rows) dev examples do not tell the network's variance from chance, about \(wanted) may"
        if let split = evidence.split, split.dev > 0 {
            let dev = hundredths(Double(wanted) / Double(rows) * split.dev + 0.005)
            let train = ((1 - dev - split.test) * 1e6).rounded() / 1e6
            if train >= Remedies.leastTrainShare {
                return change(
                    .enlargeDevSet, "/data/split", from: .split(split),
                    to: .split(.init(train: train, dev: dev, test: split.test)), why)
            }
        }
        return advice(
            .enlargeDevSet, from: .integer(rows), to: .integer(wanted), "Make the dev set larger", why)
    }

    /// About as many examples as would settle `gap`, in place of `rows`.
    private static func wanted(_ rows: Int, _ gap: Gap) -> Int {
        let wanted = Double(rows) * min(gap.missingFactor ?? 10, 1000)
        // More than needed, as small samples' intervals shrink more slowly than 1 / √n; in round numbers.
        let unit = max(oneDigit(wanted / 10), 1)
        return Int(min((1.5 * wanted / unit).rounded(.up) * unit, 1e12))
    }

    var checkTestSet: Suggestion {
        advice(
            .checkTestSet, "Look at where the test set comes from, and whether the dev set comes from the same place",
            "the network does worse on the test set than chance explains: the two differ, or choices were fitted to the dev set"
        )
    }
}
