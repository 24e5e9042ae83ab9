/// One finished trial of a sweep, seen along one parameter.
public struct SweepTrial<Value: Sendable & Equatable>: Sendable, Equatable {
    /// The parameter's value.
    public var value: Value
    /// The trial's score.
    public var score: Double

    /// A trial at `value`.
    public init(value: Value, score: Double) {
        self.value = value
        self.score = score
    }
}

/// The trials of a sweep that share a value.
public struct SweepSummary<Value: Sendable & Equatable>: Sendable, Equatable {
    /// The parameter's value.
    public var value: Value
    /// The mean of their scores.
    public var mean: Double
    /// The standard error of that mean; not a number where it is unknown.
    public var standardError: Double

    /// A summary of the trials at `value`.
    public init(value: Value, mean: Double, standardError: Double) {
        self.value = value
        self.mean = mean
        self.standardError = standardError
    }
}

/// The score of a sweep's trials against one numeric parameter.
public struct SweepCurve: Sendable, Equatable {
    /// The heading.
    public var title: String
    /// What the reader must know besides.
    public var subtitle: String
    /// The parameter's name.
    public var parameter: String
    /// The score's name, with its direction if that is not plain: "dev loss".
    public var score: String
    /// Whether the parameter is on a logarithmic axis; zero has its own place there.
    public var isLogarithmic: Bool
    /// The trials.
    public var trials: [SweepTrial<Double>]
    /// The means by value, in increasing order of the value; empty where no values repeat.
    public var summaries: [SweepSummary<Double>]
    /// The value of the best trial.
    public var best: Double?
    /// The value of the simplest trial within one standard error of the best.
    public var oneStandardError: Double?

    /// A curve of scores against `parameter`.
    public init(
        title: String, subtitle: String = "", parameter: String, score: String, isLogarithmic: Bool = false,
        trials: [SweepTrial<Double>], summaries: [SweepSummary<Double>] = [], best: Double? = nil,
        oneStandardError: Double? = nil
    ) {
        self.title = title
        self.subtitle = subtitle
        self.parameter = parameter
        self.score = score
        self.isLogarithmic = isLogarithmic
        self.trials = trials
        self.summaries = summaries
        self.best = best
        self.oneStandardError = oneStandardError
    }

    /// The picture.
    public var chart: Chart {
        SweepPicture(
            axis: Axis(parameter, isLogarithmic ? .logarithmic : .linear), score: score,
            trials: trials.map { ($0.value, $0.score) },
            summaries: summaries.map { ($0.value, $0.mean, $0.standardError) }, isContinuous: true, best: best,
            oneStandardError: oneStandardError, name: NumberLabel.plain
        ).chart(title: title, subtitle: subtitle)
    }
}
