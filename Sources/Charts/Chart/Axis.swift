/// One axis of a panel.
public struct Axis: Sendable, Equatable {
    /// How values become positions.
    public enum Scale: Sendable, Equatable {
        /// Equal differences are equal lengths.
        case linear
        /// Equal ratios are equal lengths. Zeros stand apart at the lower end; negative values are not drawn.
        case logarithmic
        /// Words in this order; the value k is the k-th word, from 0.
        case categories([String])
    }

    /// What the axis measures, with its unit; empty for nothing.
    public var label: String
    /// How values become positions.
    public var scale: Scale
    /// The values at both ends; nil takes them from the data.
    public var domain: ClosedRange<Double>?
    /// Whether zero belongs to the axis wherever the data are; a logarithmic axis ignores it.
    public var includesZero: Bool
    /// Whether only whole numbers get a label, as for epochs and layers.
    public var wholeNumbers: Bool
    /// Whether values grow leftwards or downwards.
    public var isReversed: Bool

    /// An axis called `label`.
    public init(
        _ label: String, _ scale: Scale = .linear, domain: ClosedRange<Double>? = nil, includesZero: Bool = false,
        wholeNumbers: Bool = false, isReversed: Bool = false
    ) {
        self.label = label
        self.scale = scale
        self.domain = domain
        self.includesZero = includesZero
        self.wholeNumbers = wholeNumbers
        self.isReversed = isReversed
    }
}
