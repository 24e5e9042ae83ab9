/// One pair of axes with what is drawn between them.
public struct Panel: Sendable, Equatable {
    /// A heading above the panel; empty for none.
    public var title: String
    /// One line below the heading; empty for none.
    public var note: String
    /// The horizontal axis.
    public var x: Axis
    /// The vertical axis.
    public var y: Axis
    /// What is drawn: areas first, then lines, then points, each in this order, then the lines between regions.
    public var marks: [Mark]
    /// The height in relation to the other rows of panels.
    public var height: Double

    /// A panel with `marks` between the axes `x` and `y`.
    public init(title: String = "", note: String = "", x: Axis, y: Axis, marks: [Mark], height: Double = 1) {
        self.title = title
        self.note = note
        self.x = x
        self.y = y
        self.marks = marks
        self.height = height
    }
}

/// One line of a chart's legend.
public struct LegendEntry: Sendable, Equatable {
    /// What stands before the name.
    public enum Symbol: Sendable, Equatable {
        /// A piece of line, with its marker if it has one.
        case line(Ink, Dash, MarkerShape?)
        /// One marker.
        case marker(MarkerShape, Ink)
        /// A small area.
        case area(Ink)
    }

    /// What the symbol stands for.
    public var name: String
    /// The symbol.
    public var symbol: Symbol

    /// An entry `name` with `symbol`.
    public init(_ name: String, _ symbol: Symbol) {
        self.name = name
        self.symbol = symbol
    }
}
