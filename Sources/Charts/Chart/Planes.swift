/// The plane divided by class, from predictions on a grid.
public struct Regions: Sendable, Equatable {
    /// What was predicted at the nodes of the grid: `y.count` rows of `x.count` values, the first row at `y[0]`.
    public enum Predictions: Sendable, Equatable {
        /// The class at each node, from 0; a negative number is no class.
        case classes([Int])
        /// The probability of class 1 at each node, and from which on class 1 is predicted.
        case probabilities([Double], threshold: Double)
        /// For each class its probability at each node; the most probable class is predicted, the first of equal ones.
        case classProbabilities([[Double]])
    }

    /// The grid's places along the horizontal axis, increasing.
    public var x: [Double]
    /// The grid's places along the vertical axis, increasing.
    public var y: [Double]
    /// The predictions at the nodes.
    public var predictions: Predictions

    /// Regions of the plane; class k has the colour `.series(k)`.
    public init(x: [Double], y: [Double], predictions: Predictions) {
        self.x = x
        self.y = y
        self.predictions = predictions
    }
}

/// A value for each place in the plane, drawn as filled contours with a colour bar.
public struct Surface: Sendable, Equatable {
    /// The grid's places along the horizontal axis, increasing.
    public var x: [Double]
    /// The grid's places along the vertical axis, increasing.
    public var y: [Double]
    /// The values at the nodes: `y.count` rows of `x.count` values, the first row at `y[0]`.
    public var values: [Double]
    /// What the values are: the colour bar's label.
    public var label: String

    /// A surface of `values` over the grid `x` by `y`.
    public init(x: [Double], y: [Double], values: [Double], label: String) {
        self.x = x
        self.y = y
        self.values = values
        self.label = label
    }
}
