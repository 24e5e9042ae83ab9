import Charts

/// How far predicted probabilities of a class agree with how often it is the true one.
package struct Reliability: Sendable {
    /// Intervals of equal width from 0 to 1, each with its lower end but the last, which has both.
    package let bins: [CalibrationCurve.Bin]
    /// (1/n) Σ (p − y)² (Brier 1950).
    package let brierScore: Double
    /// Σ (n_b/n) |mean p − share of y| over the bins (Naeini, Cooper and Hauskrecht 2015).
    package let calibrationError: Double

    /// Counts `probabilities`, one for each of `truths`.
    package init(probabilities: [Double], truths: [Bool], bins count: Int) {
        var bins = (0..<count).map { bin in
            CalibrationCurve.Bin(
                lower: Double(bin) / Double(count), upper: Double(bin + 1) / Double(count), meanPredicted: 0,
                observedShare: 0, count: 0)
        }
        var squares = 0.0
        for (probability, truth) in zip(probabilities, truths) {
            let bin = min(Int(probability * Double(count)), count - 1)
            bins[bin].count += 1
            bins[bin].meanPredicted += probability
            bins[bin].observedShare += truth ? 1 : 0
            let error = probability - (truth ? 1 : 0)
            squares += error * error
        }
        var difference = 0.0
        for bin in bins.indices {
            difference += abs(bins[bin].meanPredicted - bins[bin].observedShare)
            guard bins[bin].count > 0 else {
                bins[bin].meanPredicted = .nan
                bins[bin].observedShare = .nan
                continue
            }
            bins[bin].meanPredicted /= Double(bins[bin].count)
            bins[bin].observedShare /= Double(bins[bin].count)
        }
        self.bins = bins
        brierScore = squares / Double(max(probabilities.count, 1))
        calibrationError = difference / Double(max(probabilities.count, 1))
    }
}
