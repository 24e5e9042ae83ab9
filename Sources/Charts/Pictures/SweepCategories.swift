/// The score of a sweep's trials against one parameter whose values are words.
public struct SweepCategories: Sendable, Equatable {
    /// The heading.
    public var title: String
    /// What the reader must know besides.
    public var subtitle: String
    /// The parameter's name.
    public var parameter: String
    /// The score's name, with its direction if that is not plain: "dev loss".
    public var score: String
    /// The parameter's values from left to right.
    public var values: [String]
    /// The trials; a value that is not among `values` is not drawn.
    public var trials: [SweepTrial<String>]
    /// The means by value.
    public var summaries: [SweepSummary<String>]
    /// The value of the best trial.
    public var best: String?
    /// The value of the simplest trial within one standard error of the best.
    public var oneStandardError: String?

    /// Scores by the values of `parameter`.
    public init(
        title: String, subtitle: String = "", parameter: String, score: String, values: [String],
        trials: [SweepTrial<String>], summaries: [SweepSummary<String>] = [], best: String? = nil,
        oneStandardError: String? = nil
    ) {
        self.title = title
        self.subtitle = subtitle
        self.parameter = parameter
        self.score = score
        self.values = values
        self.trials = trials
        self.summaries = summaries
        self.best = best
        self.oneStandardError = oneStandardError
    }

    /// The picture.
    public var chart: Chart {
        let places = Dictionary(values.enumerated().map { ($1, Double($0)) }, uniquingKeysWith: { first, _ in first })
        return SweepPicture(
            axis: Axis(parameter, .categories(values)), score: score,
            trials: trials.compactMap { trial in places[trial.value].map { ($0, trial.score) } },
            summaries: summaries.compactMap { summary in
                places[summary.value].map { ($0, summary.mean, summary.standardError) }
            },
            isContinuous: false, best: best.flatMap { places[$0] },
            oneStandardError: oneStandardError.flatMap { places[$0] }, name: { values[Int($0)] }
        ).chart(title: title, subtitle: subtitle)
    }
}
