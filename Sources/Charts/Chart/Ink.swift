/// A colour by its role; the theme gives the shade.
public enum Ink: Sendable, Equatable, Hashable {
    /// The k-th colour of the palette of Okabe and Ito, from 0; further ones are shades of them.
    case series(Int)
    /// The colour of text.
    case text
    /// A quieter colour of text.
    case muted
    /// A colour that stays behind the others, not for text.
    case faint
}

/// The pattern of a line.
public enum Dash: Sendable, CaseIterable {
    /// Unbroken.
    case solid
    /// Long pieces.
    case dashed
    /// Dots.
    case dotted
    /// Long pieces and dots by turns.
    case dashDotted

    /// The k-th pattern, over again after the last.
    public static func series(_ k: Int) -> Dash { allCases[Int(k.magnitude % UInt(allCases.count))] }
}

/// The shape of a marker.
public enum MarkerShape: Sendable, CaseIterable {
    /// A disc.
    case circle
    /// An upright triangle.
    case triangle
    /// A square.
    case square
    /// A square on its corner.
    case diamond
    /// A triangle on its tip.
    case invertedTriangle
    /// A circle without filling, larger than the others: it surrounds them.
    case ring

    /// The k-th shape but the ring, over again after the last.
    public static func series(_ k: Int) -> MarkerShape { allCases[Int(k.magnitude % UInt(allCases.count - 1))] }
}
