/// What each example of a set counts in the loss: w = class weight × sample weight / mean, the mean of w over the set
/// being 1. Formulas: docs/numerics.md.
public struct ExampleWeights: Hashable, Sendable {
    /// The table's column with the sample weights, none of them negative; nil: each is 1.
    public var column: Int?
    /// The weight of each class, by its number; nil: each is 1.
    public var ofClasses: [Double]?
    /// The mean of class weight × sample weight over the set, > 0.
    public var mean: Double

    /// Weights whose mean is still to be taken, see `ExampleSet.normaliseWeights()`.
    public init(column: Int? = nil, ofClasses: [Double]? = nil, mean: Double = 1) {
        self.column = column
        self.ofClasses = ofClasses
        self.mean = mean
    }
}

extension ExampleSet {
    /// Sets the mean of the weights to that over these rows. It may come out as 0 or infinite, with which weights are of
    /// no use.
    public mutating func normaliseWeights() {
        guard let weights else { return }
        let all = unscaledWeights(weights)
        // The mean of equal numbers may miss them by a rounding, and they would no longer be exactly 1.
        if let first = all.first, all.allSatisfy({ $0 == first }) {
            self.weights?.mean = first
        } else {
            self.weights?.mean = all.reduce(0, +) / Double(max(all.count, 1))
        }
    }

    /// What each example counts in metrics: its sample weight as it was given; nil: all the same.
    public var metricWeights: [Double]? { weights.flatMap { $0.column == nil ? nil : sampleWeights($0) } }

    /// What each example counts in the loss, w; nil: all the same.
    public var lossWeights: [Double]? {
        weights.map { weights in unscaledWeights(weights).map { $0 / weights.mean } }
    }

    /// Class weight × sample weight of every example; a class that is not known weighs NaN.
    func unscaledWeights(_ weights: ExampleWeights) -> [Double] {
        var all = sampleWeights(weights)
        guard let ofClasses = weights.ofClasses, case .classes(let codes) = targetEncoding else { return all }
        let byCode = Dictionary(zip(codes, ofClasses), uniquingKeysWith: { first, _ in first })
        for (place, row) in rows.enumerated() { all[place] *= byCode[table[Int(row), targetColumn]] ?? .nan }
        return all
    }

    /// The sample weight of every example.
    func sampleWeights(_ weights: ExampleWeights) -> [Double] {
        guard let column = weights.column else { return [Double](repeating: 1, count: rows.count) }
        return rows.map { table[Int($0), column] }
    }
}
