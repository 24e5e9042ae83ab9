import Charts

/// How a plot is to be drawn. Its document has no looks.
struct PictureStyle: Sendable {
    static let widths = Chart.widths.lowerBound...2048
    static let heights = Chart.heights.lowerBound...2048
    static let densities = 1...2

    let theme: ChartTheme
    let width: Int
    let height: Int
    let density: Int

    /// Reads `theme`, `width`, `height` and `density`; the sizes are those that suit the plot unless told otherwise.
    init(_ query: inout QueryReader, width: Int, height: Int) {
        theme = query.choice("theme") ?? .light
        self.width = query.integer("width", in: PictureStyle.widths) ?? width
        self.height = query.integer("height", in: PictureStyle.heights) ?? height
        density = query.integer("density", in: PictureStyle.densities) ?? 1
    }

    func render(_ chart: Chart, as format: ImageFormat) throws(ChartError) -> [UInt8] {
        try chart.render(as: format, theme: theme, width: width, height: height, scale: density)
    }
}
