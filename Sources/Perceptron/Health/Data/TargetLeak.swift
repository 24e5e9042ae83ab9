/// Looks for a feature that says what the target is, so that there is nothing left to learn: such a column is often the
/// target by another name, or something known only after it.
struct TargetLeak {
    /// The share of a feature that the target must explain.
    static var threshold: Double { 0.99 }
    /// The same of a regression's correlation.
    static var correlation: Double { 0.9999 }
    /// Examples below which nothing is said.
    static var fewestExamples: Double { 20 }

    private let moments: FeatureMoments
    private let features: [InputFeature]

    init(_ moments: FeatureMoments, _ features: [InputFeature]) {
        self.moments = moments
        self.features = features
    }

    /// The column that leaks most. None where most columns do: then the classes simply lie far apart.
    func alarm() -> HealthAlarm? {
        guard moments.count >= Self.fewestExamples else { return nil }
        let isRegression = moments.groups == 1
        let limit = isRegression ? Self.correlation : Self.threshold
        let columns = columns
        let explained = columns.map { isRegression ? correlation($0) : separation($0) }
        let leaking = explained.indices.filter { explained[$0] >= limit }
        guard let worst = leaking.max(by: { explained[$0] < explained[$1] }), 2 * leaking.count <= columns.count else {
            return nil
        }
        return HealthAlarm(
            .targetLeak, epoch: 0, value: explained[worst], threshold: limit, input: columns[worst].lowerBound)
    }

    /// The inputs of each column: one, or a text column's categories.
    private var columns: [Range<Int>] {
        var columns: [Range<Int>] = []
        for (input, feature) in features.enumerated() {
            if feature.category != nil, input > 0, features[input - 1].category != nil,
                features[input - 1].column == feature.column, let last = columns.last
            {
                columns[columns.count - 1] = last.lowerBound..<(input + 1)
            } else {
                columns.append(input..<(input + 1))
            }
        }
        return columns
    }

    /// |r| between the target and the column's most telling input.
    private func correlation(_ column: Range<Int>) -> Double {
        let target = moments.target
        return column.map { input in
            let sums = moments[input, 0]
            let covariance = sums.products / sums.count - sums.mean * target.mean
            let deviations = (sums.variance * target.variance).squareRoot()
            return deviations > 0 ? min(abs(covariance) / deviations, 1) : 0
        }.max() ?? 0
    }

    private func separation(_ column: Range<Int>) -> Double {
        let groups = (0..<moments.groups).filter { moments.count($0) > 0 }
        guard groups.count > 1, groups.allSatisfy({ moments.count($0) >= 5 }) else { return 0 }
        return features[column.lowerBound].category == nil
            ? separation(ofNumbers: column.lowerBound, groups) : separation(ofCategories: column, groups)
    }

    /// How well thresholds tell the classes apart: of two neighbouring ones, a difference of d standard deviations
    /// explains d² / (d² + 4) of the variance; the worst pair counts. 1 where of two classes one is a single value that
    /// the other does not come near.
    private func separation(ofNumbers input: Int, _ groups: [Int]) -> Double {
        let classes = groups.map { moments[input, $0] }.sorted { $0.mean < $1.mean }
        var worst = 1.0
        for (low, high) in zip(classes, classes.dropFirst()) {
            guard high.mean > low.mean else { return 0 }
            let half = (high.mean - low.mean) / 2
            worst = min(worst, half * half / (half * half + (low.variance + high.variance) / 2))
        }
        let isSingleValue =
            classes.count == 2 && classes[0].highest < classes[1].lowest
            && classes.contains { $0.lowest == $0.highest } && classes.allSatisfy { $0.count >= Self.fewestExamples }
        return isSingleValue ? 1 : worst
    }

    /// The share of the worst class's examples that the most frequent class of their category is right about. Categories
    /// of a few examples each would say that by accident.
    private func separation(ofCategories column: Range<Int>, _ groups: [Int]) -> Double {
        guard Double(column.count) * 10 <= moments.count else { return 0 }
        var right = groups.map { _ in 0.0 }
        for input in column {
            // An indicator that is counted from 1 is 0 or −1, in units of its deviation.
            let hits = groups.map { group -> Double in
                let sums = moments[input, group]
                let all = moments.total(input)
                let width = all.highest - all.lowest
                guard width > 0 else { return 0 }
                return (sums.sum - sums.count * all.lowest) / width
            }
            guard let most = hits.max(), let place = hits.firstIndex(of: most) else { continue }
            right[place] += most
        }
        return zip(groups, right).map { $1 / moments.count($0) }.min() ?? 0
    }
}
