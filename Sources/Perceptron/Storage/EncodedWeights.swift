/// An example set's weights in the precision of training; nil where all are the same.
struct EncodedWeights<S: Scalar> {
    /// w of every example, in loss and step.
    let ofLoss: [S]?
    /// What every example counts in the accuracy: the sample weights alone, in units of the largest.
    let ofAccuracy: [S]?
    /// Σ of both.
    let lossTotal: Double
    let accuracyTotal: Double

    init(_ examples: ExampleSet) throws(TrainingError) {
        guard let weights = examples.weights else {
            (ofLoss, ofAccuracy) = (nil, nil)
            (lossTotal, accuracyTotal) = (Double(examples.count), Double(examples.count))
            return
        }
        (ofLoss, lossTotal) = try Self.encode(examples.unscaledWeights(weights), examples, unit: weights.mean)
        let samples = weights.column == nil ? [] : examples.sampleWeights(weights)
        guard let largest = samples.max() else {
            (ofAccuracy, accuracyTotal) = (nil, Double(examples.count))
            return
        }
        (ofAccuracy, accuracyTotal) = try Self.encode(samples, examples, unit: largest > 0 ? largest : 1)
    }

    /// `weights` / unit, and their sum.
    private static func encode(
        _ weights: [Double], _ examples: ExampleSet, unit: Double
    ) throws(TrainingError) -> ([S]?, Double) {
        var encoded: [S] = []
        encoded.reserveCapacity(weights.count)
        var total = 0.0
        var isUniform = true
        for (place, weight) in weights.enumerated() {
            let scaled = S(weight / unit)
            guard scaled >= 0, scaled.isFinite else {
                throw .badWeight(row: Int(examples.rows[place]), value: weight)
            }
            encoded.append(scaled)
            total += scaled.double
            if scaled != 1 { isUniform = false }
        }
        return (isUniform ? nil : encoded, total)
    }
}
