/// The standard error of the mean of `values`: s / √n with s² = Σ (v − v̄)² / (n − 1); nil for fewer than two.
public func standardErrorOfMean(_ values: [Double]) -> Double? {
    standardErrorOfMean(values, weights: [Double](repeating: 1, count: values.count))
}

/// The same of the weighted mean v̄ = Σ w v / Σ w: √(n / (n − 1) Σ w² (v − v̄)²) / Σ w (Cochran 1977, section 6.4, for a ratio
/// of means); values without weight do not count.
public func standardErrorOfMean(_ values: [Double], weights: [Double]) -> Double? {
    let counted = zip(values, weights).filter { $0.1 > 0 }
    guard counted.count > 1 else { return nil }
    let count = Double(counted.count)
    let total = counted.reduce(0) { $0 + $1.1 }
    let mean = counted.reduce(0) { $0 + $1.0 * $1.1 } / total
    let squares = counted.reduce(0) { $0 + $1.1 * $1.1 * ($1.0 - mean) * ($1.0 - mean) }
    return (squares * count / (count - 1)).squareRoot() / total
}

extension TrainedNetwork {
    /// How exactly the examples of a set tell the mean loss, by class weight × sample weight; nil for fewer than two.
    /// - Throws: `TrainingError` where the set does not fit the network or the memory is lacking.
    public func standardErrorOfLoss(_ examples: ExampleSet) throws -> Double? {
        var losses: [Double] = []
        losses.reserveCapacity(examples.count)
        try score(examples) { losses += $0.losses }
        guard let weights = examples.lossWeights else { return standardErrorOfMean(losses) }
        return standardErrorOfMean(losses, weights: weights)
    }
}
