extension Diagnosis {
    /// The diagnosis in two or three sentences.
    public var summary: String {
        var sentences = [errorsInWords, verdictInWords]
        if hasLearnedNothing {
            sentences.append("It does no better than always giving the commoner class: it has learned nothing yet.")
        }
        if stoppedTooEarly {
            sentences.append("Training was stopped too early: the loss was still falling at the end.")
        } else if curve.isOverfitting, let best = curve.bestEpoch {
            sentences.append(
                "The dev loss was lowest after epoch \(best) of \(curve.epochs) and has risen since: the network overfits."
            )
        }
        if devTestGap?.level == .high, let test {
            sentences.append(
                "On the test set the \(errorWord) is \(percent(test.value)): it is not like the dev set, or choices were fitted to the latter."
            )
        }
        return sentences.joined(separator: " ")
    }

    private var errorWord: String { measure == .errorRate ? "share of wrong answers" : "unexplained variance" }

    private var errorsInWords: String {
        let others = dev.map { " and \(percent($0.value)) on the \($0.examples) dev examples" } ?? ""
        return "The \(errorWord) is \(percent(train.value)) on the \(train.examples) training examples\(others), "
            + "where \(percent(baseError)) can be reached."
    }

    private var verdictInWords: String {
        switch verdict {
        case .highBias:
            "The network does not fit its own training examples (high bias): make it able to before anything else."
        case .highVariance:
            "It fits the training examples and does not carry over to others (high variance): it needs more data or more "
                + "regularisation."
        case .both:
            "It does not fit the training examples, and does worse still on others (high bias and high variance): "
                + "deal with the bias first."
        case .balanced: "Neither bias nor variance is high."
        case .notEnoughData:
            dev == nil
                ? "There is no dev set, so that nothing can be said about variance."
                : "These are too few examples to tell bias and variance from chance."
        }
    }
}
