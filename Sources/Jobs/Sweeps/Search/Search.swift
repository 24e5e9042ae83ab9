import Perceptron

/// A trial that has been judged.
package struct JudgedTrial: Sendable {
    /// One for each dimension.
    package var values: [SweepValue]
    /// The score, lower being better; nil where the trial failed.
    package var loss: Double?

    package init(values: [SweepValue], loss: Double?) {
        self.values = values
        self.loss = loss
    }
}

extension SweepSettings {
    /// The trials that need no results: all of a grid, all of a random search, the first batch or batches of a bayesian
    /// one.
    package func firstTrials() -> [[SweepValue]] {
        switch method {
        case .grid: (0..<trials).map(combination)
        case .random: randomTrials()
        case .bayesian: BayesianSearch(self).design()
        }
    }

    /// The trials to be made after those `judged`, in order and all of them made, where the method goes on from results.
    package func nextTrials(after judged: [JudgedTrial]) -> [[SweepValue]] {
        guard method == .bayesian, judged.count < trials else { return [] }
        return BayesianSearch(self).suggest(after: judged, count: min(batch, trials - judged.count))
    }

    /// The combination number `index` of a search whose values can be counted, the last dimension varying fastest.
    func combination(_ index: Int) -> [SweepValue] {
        var rest = index
        var values: [SweepValue] = []
        for dimension in dimensions.reversed() {
            let candidates = dimension.values ?? []
            values.append(candidates[rest % candidates.count])
            rest /= candidates.count
        }
        return values.reversed()
    }

    /// Combinations in a random order, or where they cannot be counted each by itself.
    private func randomTrials() -> [[SweepValue]] {
        let random = Philox(seed: seed, purpose: .search)
        if let combinations { return random.permutation(combinations).prefix(trials).map { combination(Int($0)) } }
        return (0..<trials).map { trial in
            dimensions.indices.map { dimension in
                dimensions[dimension].value(at: random.share(UInt32(trial), UInt32(dimension)))
            }
        }
    }
}

extension Philox {
    /// A number from [0, 1) with 53 bits: the one at these places of the stream.
    func share(_ major: UInt32, _ block: UInt32, minor: UInt32 = 0) -> Double {
        let words = words(block: block, major: major, minor: minor)
        return Double((UInt64(words[0]) << 32 | UInt64(words[1])) >> 11) * 0x1p-53
    }
}

extension SweepSpecification {
    /// The trials a sweep begins with, as it is stored with them.
    public var firstTrials: [UInt8] { TrialValues.encode(settings.firstTrials()) }
}
