/// A picture as plain values: a title, a legend and one or more panels with axes and marks.
///
/// A chart draws what it can: values that are not finite leave a gap and are counted in the panel's note, an empty
/// panel says so. The same chart at the same size gives the same bytes on the same machine.
public struct Chart: Sendable, Equatable {
    /// The widths that can be drawn, in pixels.
    public static let widths = 320...4096
    /// The heights that can be drawn, in pixels.
    public static let heights = 240...4096
    /// The device pixels per pixel that can be drawn.
    public static let scales = 1...3

    /// One line above everything, in bold.
    public var title: String
    /// What the reader must know besides, wrapped over at most three lines; empty for nothing.
    public var subtitle: String
    /// The panels, row by row.
    public var panels: [Panel]
    /// How many panels stand side by side.
    public var columns: Int
    /// The legend above the panels; nil takes the names of the marks.
    public var legend: [LegendEntry]?

    /// A chart of `panels`, `columns` of them side by side.
    public init(
        title: String, subtitle: String = "", panels: [Panel], columns: Int = 1, legend: [LegendEntry]? = nil
    ) {
        self.title = title
        self.subtitle = subtitle
        self.panels = panels
        self.columns = columns
        self.legend = legend
    }

    /// Draws the chart. May be called from several threads at once.
    ///
    /// - Parameters:
    ///   - width: in pixels, within `widths`.
    ///   - height: in pixels, within `heights`.
    ///   - scale: device pixels per pixel of a PNG, within `scales`; an SVG has none.
    /// - Returns: the bytes of the file.
    /// - Throws: `ChartError`.
    public func render(
        as format: ImageFormat, theme: ChartTheme = .light, width: Int = 800, height: Int = 500, scale: Int = 2
    ) throws(ChartError) -> [UInt8] {
        guard Self.widths.contains(width), Self.heights.contains(height) else {
            throw .size(width: width, height: height)
        }
        guard Self.scales.contains(scale) else { throw .scale(scale) }
        let palette = Palette(theme)
        let size = Size(width: Double(width), height: Double(height))
        switch format {
        case .png:
            let canvas = try Canvas(pixelsWide: width, high: height, scale: scale)
            ChartDrawing(chart: self, palette: palette, canvas: canvas).draw(size)
            return try canvas.finishedPNG()
        case .svg:
            let canvas = try Canvas(vectorsWide: width, high: height)
            ChartDrawing(chart: self, palette: palette, canvas: canvas).draw(size)
            let drawn = try canvas.finishedSVG()
            return SVGDocument(title: title, description: description, width: width, height: height).wrapping(drawn)
        }
    }

    /// The chart in words: the subtitle, and what is on the axes. Text in an SVG is drawn as outlines, which nobody but the
    /// eye can read.
    private var description: String {
        var sentences = subtitle.isEmpty ? [] : [subtitle]
        for panel in panels where !panel.x.label.isEmpty || !panel.y.label.isEmpty {
            let axes = [("horizontal", panel.x.label), ("vertical", panel.y.label)].filter { !$0.1.isEmpty }
            let sentence = axes.map { "\($0.0): \($0.1)" }.joined(separator: ", ")
            if !sentences.contains(sentence) { sentences.append(sentence) }
        }
        return sentences.joined(separator: "\n")
    }
}
