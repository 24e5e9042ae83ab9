/// The legend: entries side by side, over as many rows as they need, above the panels where they hide no data.
struct LegendDrawing {
    let entries: [LegendEntry]
    let palette: Palette
    let canvas: Canvas

    private static let symbolWidth = 26.0
    private static let row = 20.0
    private static let widest = 240.0

    /// Draws at most `rows` rows; what does not fit is counted. Returns the height taken.
    func draw(left: Double, top: Double, width: Double, rows: Int) -> Double {
        guard !entries.isEmpty else { return 0 }
        var (x, row) = (left, 0)
        let roomForCount = 80.0
        for (index, entry) in entries.enumerated() {
            let name = canvas.fitted(entry.name, .tick, within: min(Self.widest, width - Self.symbolWidth - 10))
            let length = Self.symbolWidth + 6 + canvas.width(of: name, .tick)
            let isLastRow = row == rows - 1
            let limit = left + width - (isLastRow && index < entries.count - 1 ? roomForCount : 0)
            if x > left, x + length > limit {
                if isLastRow {
                    let more = "+ \(entries.count - index) more"
                    canvas.write(more, .tick, palette.muted, at: Place(x, top + middle(row) + Font.tick.middle))
                    break
                }
                (x, row) = (left, row + 1)
            }
            draw(entry.symbol, at: Place(x, top + middle(row)))
            canvas.write(
                name, .tick, palette.text,
                at: Place(x + Self.symbolWidth + 6, top + middle(row) + Font.tick.middle))
            x += length + 18
        }
        return Double(row + 1) * Self.row + 4
    }

    private func middle(_ row: Int) -> Double { (Double(row) + 0.5) * Self.row }

    private func draw(_ symbol: LegendEntry.Symbol, at place: Place) {
        let right = Place(place.x + Self.symbolWidth, place.y)
        let center = Place(place.x + Self.symbolWidth / 2, place.y)
        switch symbol {
        case .line(let ink, let dash, let marker):
            canvas.move(place)
            canvas.line(right)
            canvas.stroke(palette.color(ink), width: 2, dash: dash)
            if let marker { Marker(marker, diameter: 7).draw([center], palette.color(ink), palette.background, canvas) }
        case .marker(let shape, let ink):
            Marker(shape, diameter: 8).draw([center], palette.color(ink), palette.background, canvas)
        case .area(let ink):
            canvas.rectangle(
                Box(left: place.x + 4, top: place.y - 6, right: right.x - 4, bottom: place.y + 6))
            canvas.fill(palette.area(ink))
            canvas.rectangle(
                Box(left: place.x + 4, top: place.y - 6, right: right.x - 4, bottom: place.y + 6))
            canvas.stroke(palette.color(ink), width: 1)
        }
    }
}
