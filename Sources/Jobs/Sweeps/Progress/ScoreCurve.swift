/// The score against one parameter, whatever the others were.
public struct ScoreCurve: Sendable {
    /// The trials that share a value.
    public struct Point: Sendable {
        /// The value.
        public let value: SweepValue
        /// The mean of their scores.
        public let mean: Double
        /// Its standard error, √(Σ s²) / n of the trials' standard errors s; nil where one of them is unknown.
        public let standardError: Double?
        /// n of them.
        public let trials: Int
    }

    /// What is varied.
    public let dimension: SearchDimension
    /// Numbers in ascending order, other values in the order of their list.
    public let points: [Point]
}

extension SweepProgress {
    /// The curves of all parameters, by the trials that were judged with all their epochs.
    public var curves: [ScoreCurve] {
        let done = trials.filter { $0.state == .done }
        return settings.dimensions.enumerated().map { index, dimension in
            var scores: [SweepValue: [TrialScore]] = [:]
            for trial in done {
                if let score = trial.score { scores[trial.values[index], default: []].append(score) }
            }
            let points = scores.map { value, scores in
                let errors = scores.compactMap(\.standardError)
                let squares = errors.reduce(0) { $0 + $1 * $1 }
                return ScoreCurve.Point(
                    value: value, mean: scores.map(\.mean).reduce(0, +) / Double(scores.count),
                    standardError: errors.count == scores.count ? squares.squareRoot() / Double(scores.count) : nil,
                    trials: scores.count)
            }
            return ScoreCurve(dimension: dimension, points: points.sorted { dimension.isBefore($0.value, $1.value) })
        }
    }
}

extension SearchDimension {
    /// Whether `a` comes before `b` in a curve.
    fileprivate func isBefore(_ a: SweepValue, _ b: SweepValue) -> Bool {
        if let left = a.number, let right = b.number { return left < right }
        guard case .values(let values) = candidates else { return false }
        return (values.firstIndex(of: a) ?? 0) < (values.firstIndex(of: b) ?? 0)
    }
}
