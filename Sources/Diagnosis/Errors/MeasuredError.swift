import Evaluation
import Perceptron

/// From where to where a quantity lies with a confidence of 95 %.
public struct ConfidenceInterval: Hashable, Sendable {
    /// The normal distribution's two-sided 95 % point.
    static let normalPoint = 1.959963984540054

    /// The lower end.
    public var lower: Double
    /// The upper end.
    public var upper: Double

    /// Both ends.
    public init(lower: Double, upper: Double) {
        self.lower = lower
        self.upper = upper
    }
}

/// An error as it was measured on a sample, and how far the true one may be from it.
public struct MeasuredError: Hashable, Sendable {
    /// What was measured.
    public var value: Double
    /// Where the true error lies; nil where the sample is too small to tell.
    public var interval: ConfidenceInterval?
    /// Examples it was measured on.
    public var examples: Int

    /// All values.
    public init(value: Double, interval: ConfidenceInterval?, examples: Int) {
        self.value = value
        self.interval = interval
        self.examples = examples
    }

    /// The share of wrong answers with Wilson's interval (1927): right for shares near 0 and small samples too.
    /// - Parameter effective: the number of examples that counts for the interval, where they differ in weight.
    public static func share(_ share: Double, examples: Int, effective: Double? = nil) -> MeasuredError {
        let n = max(effective ?? Double(examples), 1)
        let z = ConfidenceInterval.normalPoint
        let centre = (share + z * z / (2 * n)) / (1 + z * z / n)
        let reach = z / (1 + z * z / n) * (share * (1 - share) / n + z * z / (4 * n * n)).squareRoot()
        return MeasuredError(
            value: share,
            interval: ConfidenceInterval(
                lower: share == 0 ? 0 : max(0, centre - reach), upper: share == 1 ? 1 : min(1, centre + reach)),
            examples: examples)
    }

    /// A mean error with the normal interval, mean ± 1.96 s / √n, which needs `leastExamples`.
    /// - Parameter effective: n, where examples differ in weight.
    public static func mean(
        _ mean: Double, deviation: Double, examples: Int, effective: Double? = nil
    ) -> MeasuredError {
        let n = effective ?? Double(examples)
        let reach = ConfidenceInterval.normalPoint * deviation / max(n, 1).squareRoot()
        return MeasuredError(
            value: mean,
            interval: n < Double(leastExamples)
                ? nil : ConfidenceInterval(lower: max(0, mean - reach), upper: mean + reach),
            examples: examples)
    }

    /// The smallest sample whose mean is taken for normally distributed.
    public static let leastExamples = 10

    /// The error of a sample: for classes the share of wrong answers, for values the mean squared error divided by `scale`.
    public init(_ sample: ErrorSample, task: Task, scale: Double) {
        self =
            task == .regression
            ? .mean(
                sample.mean / scale, deviation: sample.deviation / scale, examples: sample.count,
                effective: sample.effectiveCount)
            : .share(sample.mean, examples: sample.count, effective: sample.effectiveCount)
    }
}
