import Glibc
import Perceptron

/// Suggests trials by a Gaussian process over those made: each is where the expected improvement is largest. Trials of a
/// batch are chosen one after the other, each as if those before it had scored what the process expects of them (Ginsbourger
/// et al. 2010, "kriging believer"), so that the answer depends on finished batches alone.
package struct BayesianSearch {
    private let settings: SweepSettings
    private let random: Philox

    private var dimensions: [SearchDimension] { settings.dimensions }

    /// Points at which the expected improvement is looked at before the best are refined.
    private static let candidates = 512
    private static let refinements = 48

    init(_ settings: SweepSettings) {
        self.settings = settings
        random = Philox(seed: settings.seed, purpose: .search)
    }

    /// Trials to begin with: as many as make whole batches and are more than twice the dimensions. Of combinations that can
    /// be counted they are any; else they are a Latin hypercube: each dimension is cut into as many parts as there are
    /// trials, and each part has one of them.
    func design() -> [[SweepValue]] {
        let least = 2 * dimensions.count + 2
        let count = min(settings.trials, (least + settings.batch - 1) / settings.batch * settings.batch)
        if let combinations = settings.combinations {
            return random.permutation(combinations).prefix(count).map { settings.combination(Int($0)) }
        }
        var values = [[SweepValue]](repeating: [], count: count)
        for (number, dimension) in dimensions.enumerated() {
            let order = random.permutation(count, major: UInt32(number))
            for trial in 0..<count {
                let inside = random.share(UInt32(trial), UInt32(number), minor: 1)
                values[trial].append(dimension.value(at: (Double(order[trial]) + inside) / Double(count)))
            }
        }
        return values
    }

    /// `count` trials to be made after `judged`.
    func suggest(after judged: [JudgedTrial], count: Int) -> [[SweepValue]] {
        var points = judged.map { coordinates($0.values) }
        var values = BayesianSearch.standardized(judged.map(\.loss))
        var taken = Set(judged.map(\.values))
        var suggestions: [[SweepValue]] = []
        let fit = GaussianProcess.fitted(points: points, values: values)
        for place in 0..<count {
            let minor = UInt32(judged.count + place) + 2
            let process = fit.flatMap { GaussianProcess(points: points, values: values, $0.1) }
            let suggestion = best(process, values.min() ?? 0, taken, minor: minor)
            suggestions.append(suggestion)
            taken.insert(suggestion)
            let point = coordinates(suggestion)
            points.append(point)
            values.append(process?.predict(point).mean ?? 0)
        }
        return suggestions
    }

    /// Mean 0 and deviation 1. What is far worse than the middle says no more than that it is bad, and failures are as bad
    /// as the worst.
    static func standardized(_ losses: [Double?]) -> [Double] {
        let known = losses.compactMap(\.self).sorted()
        guard let least = known.first else { return losses.map { _ in 0 } }
        let middle = known[known.count / 2]
        let limit = middle + 2 * (middle - least)
        let clipped = losses.map { min($0 ?? limit, limit) }
        let mean = clipped.reduce(0, +) / Double(clipped.count)
        let variance = clipped.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(clipped.count)
        let deviation = variance > 0 ? variance.squareRoot() : 1
        return clipped.map { ($0 - mean) / deviation }
    }

    private func coordinates(_ values: [SweepValue]) -> [Double] {
        zip(dimensions, values).flatMap { $0.coordinates(of: $1) }
    }

    /// The point with the largest expected improvement among random ones, and then among its neighbours, nearer and
    /// nearer; none of `taken` unless everything is.
    private func best(
        _ process: GaussianProcess?, _ incumbent: Double, _ taken: Set<[SweepValue]>, minor: UInt32
    ) -> [SweepValue] {
        var best: (shares: [Double], values: [SweepValue], gain: Double)?
        func consider(_ shares: [Double]) {
            let values = zip(dimensions, shares).map { $0.value(at: $1) }
            if taken.contains(values) { return }
            let forecast = process?.predict(coordinates(values))
            let gain = forecast.map { BayesianSearch.expectedImprovement($0, on: incumbent) } ?? 0
            if best.map({ gain > $0.gain }) ?? true { best = (shares, values, gain) }
        }
        for candidate in 0..<BayesianSearch.candidates { consider(shares(UInt32(candidate), minor: minor)) }
        for step in 0..<BayesianSearch.refinements {
            guard let centre = best?.shares else { break }
            // From a tenth of the range down to a two-hundredth of it.
            let width = 0.1 * pow(0.05, Double(step) / Double(BayesianSearch.refinements))
            let draws = shares(UInt32(BayesianSearch.candidates + step), minor: minor)
            consider(zip(centre, draws).map { min(max($0 + width * (2 * $1 - 1), 0), 1 - 0x1p-53) })
        }
        if let best { return best.values }
        // All that was drawn is taken: the first combination that is not, or one of the taken ones.
        for index in 0..<min(settings.combinations ?? 0, taken.count + 1) {
            let values = settings.combination(index)
            if !taken.contains(values) { return values }
        }
        return zip(dimensions, shares(0, minor: minor)).map { $0.value(at: $1) }
    }

    private func shares(_ major: UInt32, minor: UInt32) -> [Double] {
        dimensions.indices.map { random.share(major, UInt32($0), minor: minor) }
    }

    /// E max(incumbent − f, 0) of a normal f (Jones et al. 1998, equation 15).
    package static func expectedImprovement(_ f: (mean: Double, deviation: Double), on incumbent: Double) -> Double {
        let gain = incumbent - f.mean
        guard f.deviation > 1e-12 else { return max(gain, 0) }
        let z = gain / f.deviation
        let density = exp(-0.5 * z * z) / (2 * Double.pi).squareRoot()
        return gain * 0.5 * erfc(-z / 2.0.squareRoot()) + f.deviation * density
    }
}
