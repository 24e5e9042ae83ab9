/// The bands of a surface's values and the bar beside the plot that explains their colours.
struct ColorBar {
    let label: String
    /// The bands' ends: the first and the last are those of the values, the others the labelled levels.
    let levels: [Tick]
    let low: Double
    let high: Double

    private static let gap = 14.0
    private static let thickness = 14.0

    /// The bar for the first surface among `marks`, nil where there is none.
    init?(_ marks: [Mark], _ palette: Palette) {
        for case .surface(let surface) in marks {
            self.init(surface)
            return
        }
        return nil
    }

    init(_ surface: Surface) {
        label = surface.label
        let range = AxisRange(Axis(""), Extent(surface.values))
        let extent = Extent(surface.values)
        let isSingle = extent.isEmpty || extent.high == extent.low
        let (low, high) = isSingle ? (range.lower, range.upper) : (extent.low, extent.high)
        (self.low, self.high) = (low, high)
        levels = Ticks.linear(from: low, to: high, count: 12).filter { $0.value > low && $0.value < high }
    }

    /// The colour above each level, the first that below all levels.
    func colors(_ palette: Palette) -> [Color] {
        (0...levels.count).map { palette.values.color(at: (Double($0) + 0.5) / Double(levels.count + 1)) }
    }

    /// Labels that stand apart over `height` pixels.
    private func labelled(_ height: Double) -> [Tick] {
        let every = max(1, Int((Double(levels.count + 1) * 16 / max(height, 1)).rounded(.up)))
        return levels.enumerated().filter { $0.offset % every == 0 }.map(\.element)
    }

    func room(height: Double, _ canvas: Canvas) -> Double {
        let labels = labelled(height).map { canvas.width(of: $0.label, .tick) }.max() ?? 0
        return Self.gap + Self.thickness + 6 + labels.rounded(.up) + (label.isEmpty ? 2 : Font.label.leading + 6)
    }

    func draw(beside plot: Box, _ palette: Palette, _ canvas: Canvas) {
        let (left, right) = (plot.right + Self.gap, plot.right + Self.gap + Self.thickness)
        let scale = Projection(
            AxisRange(Axis("", domain: low...high), Extent()), from: plot.bottom, to: plot.top)
        let ends = [low] + levels.map(\.value) + [high]
        for (index, color) in colors(palette).enumerated() {
            guard let bottom = scale(ends[index]), let top = scale(ends[index + 1]) else { continue }
            canvas.rectangle(Box(left: left, top: top, right: right, bottom: bottom))
            canvas.fill(color)
        }
        canvas.rectangle(Box(left: left, top: plot.top, right: right, bottom: plot.bottom))
        canvas.stroke(palette.frame, width: 1)
        var edge = right
        for tick in labelled(plot.height) {
            guard let place = scale(tick.value) else { continue }
            canvas.move(Place(right, place))
            canvas.line(Place(right + 4, place))
            canvas.stroke(palette.frame, width: 1)
            canvas.write(tick.label, .tick, palette.muted, at: Place(right + 6, place + Font.tick.middle))
            edge = max(edge, right + 6 + canvas.width(of: tick.label, .tick))
        }
        canvas.write(
            canvas.fitted(label, .label, within: plot.height + 20), .label, palette.text,
            at: Place(edge + 4 + Font.label.size, plot.middle.y), anchor: .middle, degrees: -90)
    }
}
