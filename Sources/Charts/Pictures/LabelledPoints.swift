/// The part of a data set an example belongs to; each has its own marker.
public enum ExampleRole: String, CaseIterable, Sendable {
    /// Examples the network learns from.
    case train
    /// Examples that settings are chosen on.
    case dev
    /// Examples kept for the end.
    case test

    var shape: MarkerShape {
        switch self {
        case .train: .circle
        case .dev: .triangle
        case .test: .square
        }
    }
}

/// An example in the plane of two features, with its class.
public struct ClassifiedPoint: Sendable, Equatable {
    /// The feature on the horizontal axis.
    public var x: Double
    /// The feature on the vertical axis.
    public var y: Double
    /// The true class, from 0.
    public var label: Int
    /// The set it belongs to.
    public var role: ExampleRole

    /// An example at (`x`, `y`) of class `label`.
    public init(x: Double, y: Double, label: Int, role: ExampleRole) {
        self.x = x
        self.y = y
        self.label = label
        self.role = role
    }
}
