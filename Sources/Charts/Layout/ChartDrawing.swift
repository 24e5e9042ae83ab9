/// Draws a chart from the top down: title, subtitle, legend, panels.
struct ChartDrawing {
    let chart: Chart
    let palette: Palette
    let canvas: Canvas

    private static let margin = 14.0

    func draw(_ size: Size) {
        canvas.rectangle(Box(left: 0, top: 0, right: size.width, bottom: size.height))
        canvas.fill(palette.background)
        let width = size.width - 2 * Self.margin
        var top = Self.margin
        if !chart.title.isEmpty {
            write(chart.title, .title, palette.text, width: width, at: &top)
            top += 2
        }
        // A small picture needs its room for the data.
        let lines = size.height < 300 ? 0 : size.height < 400 ? 1 : 3
        for line in canvas.wrapped(chart.subtitle, .label, within: width, lines: lines) {
            write(line, .label, palette.muted, width: width, at: &top)
        }
        top += 4
        let legend = LegendDrawing(entries: entries, palette: palette, canvas: canvas)
        top += legend.draw(left: Self.margin, top: top, width: width, rows: size.height < 300 ? 1 : 3)
        PanelGrid(panels: chart.panels, columns: chart.columns, palette: palette, canvas: canvas)
            .draw(Box(left: Self.margin, top: top, right: size.width - Self.margin, bottom: size.height - 10))
    }

    private func write(_ text: String, _ font: Font, _ color: Color, width: Double, at top: inout Double) {
        let baseline = top + font.size * 0.95
        canvas.write(canvas.fitted(text, font, within: width), font, color, at: Place(Self.margin, baseline))
        top += font.leading
    }

    /// The chart's own legend, or the names of its marks, each once.
    private var entries: [LegendEntry] {
        if let legend = chart.legend { return legend }
        var entries: [LegendEntry] = []
        for entry in chart.panels.flatMap(\.marks).compactMap(\.legendEntry) where !entries.contains(entry) {
            entries.append(entry)
        }
        return entries
    }
}
