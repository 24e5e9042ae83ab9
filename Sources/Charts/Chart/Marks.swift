/// Anything drawn between the axes of a panel.
public enum Mark: Sendable, Equatable {
    /// A line through points.
    case line(Line)
    /// Points of their own.
    case points(Points)
    /// The area between two lines.
    case band(Band)
    /// Bars over intervals, as in a histogram.
    case bars(Bars)
    /// The plane divided by class.
    case regions(Regions)
    /// A value for each place in the plane, as colours.
    case surface(Surface)
    /// A table of shaded cells over two axes of categories.
    case cells(Cells)
    /// A vertical line at one value.
    case rule(Rule)
}

/// A line through points, in their order. A value that cannot be drawn leaves a gap.
public struct Line: Sendable, Equatable {
    /// The name in the legend; empty for none.
    public var name: String
    /// The points' places along the horizontal axis.
    public var x: [Double]
    /// The points' places along the vertical axis, as many as `x`.
    public var y: [Double]
    /// The colour.
    public var ink: Ink
    /// The pattern, so that colour is not the only difference.
    public var dash: Dash
    /// The thickness in pixels.
    public var width: Double
    /// The marker on each point while the points are few; nil for none.
    public var marker: MarkerShape?

    /// A line through (`x`, `y`).
    public init(
        _ name: String, x: [Double], y: [Double], ink: Ink, dash: Dash = .solid, width: Double = 2,
        marker: MarkerShape? = nil
    ) {
        self.name = name
        self.x = x
        self.y = y
        self.ink = ink
        self.dash = dash
        self.width = width
        self.marker = marker
    }
}

/// Points drawn with one marker.
public struct Points: Sendable, Equatable {
    /// The name in the legend; empty for none.
    public var name: String
    /// The points' places along the horizontal axis.
    public var x: [Double]
    /// The points' places along the vertical axis, as many as `x`.
    public var y: [Double]
    /// The colour.
    public var ink: Ink
    /// The shape.
    public var shape: MarkerShape
    /// The markers' diameter in pixels; thousands of points are drawn smaller.
    public var diameter: Double

    /// Markers at (`x`, `y`).
    public init(
        _ name: String, x: [Double], y: [Double], ink: Ink, shape: MarkerShape = .circle, diameter: Double = 7
    ) {
        self.name = name
        self.x = x
        self.y = y
        self.ink = ink
        self.shape = shape
        self.diameter = diameter
    }
}

/// The area between two lines over the same `x`.
public struct Band: Sendable, Equatable {
    /// The name in the legend; empty for none.
    public var name: String
    /// The places along the horizontal axis.
    public var x: [Double]
    /// The lower line, as many values as `x`.
    public var lower: [Double]
    /// The upper line, as many values as `x`.
    public var upper: [Double]
    /// The colour, drawn pale.
    public var ink: Ink

    /// The area from `lower` to `upper`.
    public init(_ name: String, x: [Double], lower: [Double], upper: [Double], ink: Ink) {
        self.name = name
        self.x = x
        self.lower = lower
        self.upper = upper
        self.ink = ink
    }
}

/// Bars from zero over adjoining intervals.
public struct Bars: Sendable, Equatable {
    /// The name in the legend; empty for none.
    public var name: String
    /// The intervals' ends in increasing order, one more than `heights`.
    public var edges: [Double]
    /// The bars' values.
    public var heights: [Double]
    /// The colour.
    public var ink: Ink

    /// Bars of `heights` over the intervals between `edges`.
    public init(_ name: String, edges: [Double], heights: [Double], ink: Ink) {
        self.name = name
        self.edges = edges
        self.heights = heights
        self.ink = ink
    }
}

/// A vertical line through the whole panel.
public struct Rule: Sendable, Equatable {
    /// Where it stands on the horizontal axis.
    public var x: Double
    /// What is written above it; empty for nothing.
    public var label: String
    /// The colour.
    public var ink: Ink
    /// The pattern.
    public var dash: Dash

    /// A vertical line at `x`.
    public init(x: Double, label: String = "", ink: Ink = .muted, dash: Dash = .dashed) {
        self.x = x
        self.label = label
        self.ink = ink
        self.dash = dash
    }
}

/// A table of shaded cells; its panel has two axes of categories.
public struct Cells: Sendable, Equatable {
    /// How dark each cell is, from 0 to 1: rows by columns, row by row; what is not a number stays empty.
    public var shades: [Double]
    /// What is written in each cell, a line each; as many as `shades`. Cells too small for it stay without.
    public var texts: [[String]]
    /// How many cells a row has.
    public var columns: Int

    /// A table with `columns` columns.
    public init(shades: [Double], texts: [[String]], columns: Int) {
        self.shades = shades
        self.texts = texts
        self.columns = columns
    }
}
