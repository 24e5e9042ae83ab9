import Charts
import JSONDocument
import Jobs

/// The scores of a sweep's trials along one of its parameters, as far as the sweep has come.
package struct SweepPlot: Plot {
    /// How many times the smallest the largest of a list of numbers is from which they are spread by their logarithms.
    private static let wideRatio = 50.0

    private let title: String
    private let subtitle: String
    private let score: String
    /// Which of the search's dimensions it is.
    private let index: Int
    private let curve: ScoreCurve
    private let trials: [TrialProgress]
    private let best: TrialProgress?
    private let oneStandardError: TrialProgress?
    /// Whether means say more than the trials: not where each has a value of its own and other parameters vary too.
    private let showsMeans: Bool

    /// The scores along `parameter`; nil where the sweep does not vary it.
    package init?(_ progress: SweepProgress, along parameter: String) throws {
        let settings = progress.specification.settings
        guard let index = settings.dimensions.firstIndex(where: { $0.parameter.rawValue == parameter }) else {
            return nil
        }
        self.index = index
        curve = progress.curves[index]
        trials = progress.trials.filter { $0.state == .done && $0.score != nil }
        best = progress.best
        oneStandardError = try progress.oneStandardError()
        showsMeans = settings.dimensions.count == 1 || curve.points.contains { $0.trials > 1 }
        let by = settings.judge.by
        score =
            by.rawValue.replacing("_", with: " ") + (by.largerIsBetter ? " (higher is better)" : " (lower is better)")
        title = "Score by \(parameter)" + (progress.sweep.name.map { ": \($0)" } ?? "")
        subtitle = JobSummary.subtitle([
            "\(settings.method.rawValue) search", "\(trials.count) of \(settings.trials) trials judged to the end",
            settings.judge.folds.map { "\($0)-fold cross-validation" } ?? "by the dev set",
            showsMeans ? "" : "other parameters vary too",
        ])
    }

    private var scale: String {
        let word = curve.dimension.scaleWord
        guard word == "linear", case .values(let values) = curve.dimension.candidates else { return word }
        let numbers = values.compactMap(\.number).filter { $0 != 0 }
        guard let least = numbers.min(), let most = numbers.max(), least > 0 else { return word }
        return most > SweepPlot.wideRatio * least ? "log" : word
    }

    package var chart: Chart {
        let parameter = curve.dimension.parameter.rawValue
        let points = showsMeans ? curve.points : []
        if scale == "list" {
            return SweepCategories(
                title: title, subtitle: subtitle, parameter: parameter, score: score,
                values: (curve.dimension.values ?? []).map(\.words),
                trials: trials.map { SweepTrial(value: $0.values[index].words, score: $0.score?.mean ?? .nan) },
                summaries: points.map {
                    SweepSummary(value: $0.value.words, mean: $0.mean, standardError: $0.standardError ?? .nan)
                },
                best: best?.values[index].words, oneStandardError: oneStandardError?.values[index].words
            ).chart
        }
        func number(_ value: SweepValue?) -> Double { value?.number ?? .nan }
        return SweepCurve(
            title: title, subtitle: subtitle, parameter: parameter, score: score, isLogarithmic: scale == "log",
            trials: trials.map { SweepTrial(value: number($0.values[index]), score: $0.score?.mean ?? .nan) },
            summaries: points.map {
                SweepSummary(value: number($0.value), mean: $0.mean, standardError: $0.standardError ?? .nan)
            },
            best: best?.values[index].number, oneStandardError: oneStandardError?.values[index].number
        ).chart
    }

    package func writeMembers(to json: inout JSONWriter) {
        json.member("kind", "sweep")
        json.member("parameter", curve.dimension.parameter.rawValue)
        json.member("scale", scale)
        json.array("trials") { json in trials.forEach { write($0, to: &json) } }
        curve.writePoints(to: &json)
        for (name, trial) in [("best", best), ("one_standard_error", oneStandardError)] {
            json.name(name)
            if let trial { write(trial, to: &json) } else { json.null() }
        }
    }

    private func write(_ trial: TrialProgress, to json: inout JSONWriter) {
        json.object { json in
            json.member("trial", trial.number)
            json.name("value")
            json.raw(trial.values[index].json)
            json.name("score")
            if let score = trial.score { score.write(to: &json) } else { json.null() }
        }
    }
}

extension SweepValue {
    /// The value as it is written on a plot.
    fileprivate var words: String {
        let text = String(decoding: json, as: UTF8.self)
        return text.hasPrefix("\"") ? String(text.dropFirst().dropLast()) : text
    }
}
