/// Whether what is said to be as probable as p comes true in a share p of the cases: probabilities sorted into bins of
/// equal width. Bin i holds those in (i / bins, (i + 1) / bins], the first one 0 as well.
public struct Calibration: Hashable, Sendable {
    /// One bin.
    public struct Bin: Hashable, Sendable {
        /// Weight of the examples in it.
        public var count = 0.0
        /// Σ probability.
        var probabilities = 0.0
        /// Weight of the examples for which it came true.
        var positives = 0.0

        /// Mean of what was said; nil of an empty bin.
        public var meanProbability: Double? { ratio(probabilities, count) }
        /// What came true; nil of an empty bin.
        public var shareOfPositives: Double? { ratio(positives, count) }
    }

    /// The bins, lowest first.
    public private(set) var bins: [Bin]
    private var squares = 0.0
    private var total = 0.0

    /// Empty bins, at least one.
    public init(bins: Int) { self.bins = [Bin](repeating: Bin(), count: max(bins, 1)) }

    /// The lower and upper end of a bin.
    public func bounds(of bin: Int) -> (lower: Double, upper: Double) { (edge(bin), edge(bin + 1)) }

    private func edge(_ number: Int) -> Double { number == bins.count ? 1 : Double(number) * (1 / Double(bins.count)) }

    /// Counts an example of which it was said that something is true with `probability`.
    public mutating func add(probability: Double, cameTrue: Bool, weight: Double = 1) {
        let error = probability - (cameTrue ? 1 : 0)
        squares += weight * error * error
        total += weight
        guard probability >= 0, probability <= 1 else { return }
        var bin = min(Int(probability * Double(bins.count)), bins.count - 1)
        if bin > 0, probability <= edge(bin) { bin -= 1 }
        if bin + 1 < bins.count, probability > edge(bin + 1) { bin += 1 }
        bins[bin].count += weight
        bins[bin].probabilities += weight * probability
        if cameTrue { bins[bin].positives += weight }
    }

    /// (1/n) Σ (probability − [it came true])² (Brier 1950); nil of no examples.
    public var brierScore: Double? { ratio(squares, total) }

    /// Σ (count / n) |mean probability − share of positives| (Naeini et al. 2015); nil of no examples.
    public var expectedError: Double? {
        let total = bins.reduce(0) { $0 + $1.count }
        return ratio(bins.reduce(0) { $0 + abs($1.probabilities - $1.positives) }, total)
    }
}
