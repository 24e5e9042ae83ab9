import Perceptron

/// How well a trial does.
public struct TrialScore: Hashable, Sendable {
    /// The metric on the dev set, or its mean over the folds.
    public var mean: Double
    /// Its standard error: over the folds, or over the examples of the dev set; nil where it cannot be told.
    public var standardError: Double?

    /// A score.
    public init(mean: Double, standardError: Double?) {
        self.mean = mean
        self.standardError = standardError
    }
}

extension SweepJudge {
    /// The score of one run; nil where it failed or was not measured.
    func score(_ result: JobResult?) -> Double? {
        guard let dev = result?.dev else { return nil }
        let score =
            switch by {
            case .devLoss: dev.loss
            case .devAccuracy: dev.accuracy
            case .devRMSE: dev.rmse
            }
        return score.flatMap { $0.isFinite ? $0 : nil }
    }

    /// The score of a trial by the results of its runs, one of each fold; nil unless all have a score.
    func score(_ results: [JobResult?], devRows: Int) -> TrialScore? {
        let scores = results.compactMap { score($0) }
        guard scores.count == results.count, !scores.isEmpty else { return nil }
        if folds == nil {
            return TrialScore(mean: scores[0], standardError: standardError(results[0], scores[0], devRows: devRows))
        }
        return TrialScore(
            mean: scores.reduce(0, +) / Double(scores.count), standardError: standardErrorOfMean(scores))
    }

    /// The standard error of a score on a single dev set: of the loss by the losses of the examples; of the accuracy that
    /// of a share, √(p (1 − p) / n); of the rmse, the root of the mean loss, the loss's over twice the root.
    private func standardError(_ result: JobResult?, _ score: Double, devRows: Int) -> Double? {
        switch by {
        case .devLoss: result?.devLossError
        case .devAccuracy: devRows > 0 ? (max(0, score * (1 - score)) / Double(devRows)).squareRoot() : nil
        case .devRMSE: score > 0 ? result?.devLossError.map { $0 / (2 * score) } : nil
        }
    }

    /// Whether a score `a` is better than `b`.
    func isBetter(_ a: Double, than b: Double) -> Bool { by.largerIsBetter ? a > b : a < b }
}
