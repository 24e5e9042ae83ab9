import Evaluation
import Perceptron

/// What is wrong with a trained network, by the method of Andrew Ng's courses: how far the training error lies above what
/// can be reached (bias), how far the dev error above that (variance), and what to try next, bias first.
public struct Diagnosis: Sendable {
    /// What errors are measured in.
    public enum Measure: String, CaseIterable, Sendable {
        /// Classification: the share of wrong answers.
        case errorRate = "error_rate"
        /// Regression: the mean squared error over the variance of the training targets, 0 of a perfect model and 1 of one
        /// that always answers their mean.
        case unexplainedVariance = "unexplained_variance"

        /// What gaps are held to unless the client names another threshold.
        public var defaultThreshold: Double { self == .errorRate ? 0.05 : 0.1 }
    }

    /// The outcome in a word.
    public enum Verdict: String, CaseIterable, Sendable {
        case highBias = "high_bias"
        case highVariance = "high_variance"
        case both, balanced
        case notEnoughData = "not_enough_data"
    }

    /// What errors are measured in.
    public var measure: Measure
    /// The error that nobody can go below, in that measure.
    public var baseError: Double
    /// The error on the training set.
    public var train: MeasuredError
    /// The error on the dev set.
    public var dev: MeasuredError?
    /// The error on the test set.
    public var test: MeasuredError?
    /// Training error above the base error.
    public var avoidableBias: Gap
    /// Dev error above the training error.
    public var variance: Gap?
    /// Test error above the dev error: high where the dev set is no picture of the test set, or was fitted to.
    public var devTestGap: Gap?
    /// The outcome.
    public var verdict: Verdict
    /// What the learning curve shows.
    public var curve: LearningCurve
    /// Whether more epochs would have helped: the dev loss was still falling at the end, and the dev error is more than half
    /// the threshold above the base error; or the training loss was, bias is not low, and the dev loss did not rise.
    public var stoppedTooEarly: Bool
    /// Whether a classifier of two classes does no better on the training set than always giving the commoner one.
    public var hasLearnedNothing: Bool
    /// What to try, one at a time, the most promising first.
    public internal(set) var suggestions: [Suggestion] = []

    /// Decides. The same evidence gives the same diagnosis.
    /// - Parameter threshold: what all gaps are held to; nil: the measure's own.
    public init(_ evidence: Evidence, threshold: Double? = nil) {
        let task = evidence.network.task
        measure = task == .regression ? .unexplainedVariance : .errorRate
        let threshold = threshold ?? measure.defaultThreshold
        let scale =
            task == .regression && evidence.train.targetVariance > 0 ? evidence.train.targetVariance : 1
        baseError = evidence.baseError / scale
        train = MeasuredError(evidence.train, task: task, scale: scale)
        dev = evidence.dev.map { MeasuredError($0, task: task, scale: scale) }
        test = evidence.test.map { MeasuredError($0, task: task, scale: scale) }
        avoidableBias = Gap(train, above: baseError, threshold: threshold)
        variance = dev.map { [train] in Gap($0, above: train, threshold: threshold) }
        devTestGap = dev.flatMap { [test] dev in test.map { Gap($0, above: dev, threshold: threshold) } }
        verdict = Diagnosis.verdict(bias: avoidableBias.level, variance: variance?.level)
        curve = LearningCurve(evidence.history)
        let excess = (dev?.value ?? 0) - baseError
        let mayLearnMore = evidence.stopReason != .earlyStopping && !curve.isOverfitting
        stoppedTooEarly =
            mayLearnMore
            && (curve.dev?.direction == .falling && excess > threshold / 2
                || curve.train?.direction == .falling && curve.dev?.direction != .rising
                    && avoidableBias.level != .low)
        // p (1 − p) is the variance of a class that a share p of the rows has.
        let rarer = (1 - (max(0, 1 - 4 * evidence.train.targetVariance)).squareRoot()) / 2
        hasLearnedNothing = task == .binary && rarer > 0 && evidence.train.mean >= rarer * (1 - 1e-9)
        suggestions = Remedies(evidence, self).suggestions
    }

    /// What is known to be high decides; nothing is called balanced of which one side is not known to be low.
    private static func verdict(bias: Gap.Level, variance: Gap.Level?) -> Verdict {
        guard let variance else { return .notEnoughData }
        switch (bias, variance) {
        case (.high, .high): return .both
        case (.high, _): return .highBias
        case (_, .high): return .highVariance
        case (.low, .low): return .balanced
        default: return .notEnoughData
        }
    }
}
