/// One example that the network does badly on.
public struct HardExample: Hashable, Sendable {
    /// Its place within the set.
    public var place: Int
    /// Its loss.
    public var loss: Double
    /// Its class number or value.
    public var target: Double
    /// What the network answers: the probability of the second class, one for each class, or the value.
    public var outputs: [Double]
}

/// The examples with the largest losses seen so far, the largest first; of equal ones those seen first. A loss that is
/// no number counts as infinite.
public struct HardExamples: Sendable {
    /// How many are kept.
    public let limit: Int
    /// The examples.
    public private(set) var examples: [HardExample] = []

    /// Keeps at most `limit`.
    public init(limit: Int) { self.limit = limit }

    /// Looks at one more example.
    public mutating func add(place: Int, loss: Double, target: Double, outputs: ArraySlice<Double>) {
        let loss = loss.isNaN ? .infinity : loss
        guard limit > 0, examples.count < limit || loss > examples[examples.count - 1].loss else { return }
        var low = 0
        var high = examples.count
        while low < high {
            let middle = (low + high) / 2
            if examples[middle].loss >= loss { low = middle + 1 } else { high = middle }
        }
        if examples.count == limit { examples.removeLast() }
        examples.insert(HardExample(place: place, loss: loss, target: target, outputs: Array(outputs)), at: low)
    }
}
