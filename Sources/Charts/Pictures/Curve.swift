/// Values of something along something else, such as a loss over epochs.
public struct Curve: Sendable, Equatable {
    /// Where each value was taken.
    public var x: [Double]
    /// The values, as many as `x`.
    public var y: [Double]

    /// A curve through (`x`, `y`).
    public init(x: [Double], y: [Double]) {
        self.x = x
        self.y = y
    }

    /// No values.
    public static let empty = Curve(x: [], y: [])

    var isEmpty: Bool { x.isEmpty || y.isEmpty }

    /// The value at `x`, if one was taken there.
    func value(at place: Double) -> Double? {
        guard let index = x.firstIndex(of: place), index < y.count else { return nil }
        return y[index]
    }
}

extension ClosedRange<Double> {
    /// From the least to the greatest of `values`; nil where no two finite ones differ.
    init?(spanning values: [Double]) {
        let extent = Extent(values)
        guard extent.low < extent.high else { return nil }
        self = extent.low...extent.high
    }
}
