/// Draws the marks of a panel into its plot.
struct MarkDrawing {
    let plot: Box
    let x: Projection
    let y: Projection
    let palette: Palette
    let canvas: Canvas

    func drawAreas(_ marks: [Mark]) {
        for mark in marks {
            switch mark {
            case .regions(let regions): draw(regions)
            case .surface(let surface): draw(surface)
            case .cells(let cells): draw(cells)
            case .band(let band): draw(band)
            case .bars(let bars): draw(bars)
            case .line, .points, .rule: break
            }
        }
    }

    func drawLines(_ marks: [Mark]) {
        for case .rule(let rule) in marks {
            guard let place = x(rule.x) else { continue }
            canvas.move(Place(place, plot.top))
            canvas.line(Place(place, plot.bottom))
            canvas.stroke(palette.color(rule.ink), width: 1.5, dash: rule.dash)
        }
        for case .line(let line) in marks { draw(line) }
    }

    func drawPoints(_ marks: [Mark]) {
        for mark in marks {
            switch mark {
            case .line(let line):
                guard let shape = line.marker, line.x.count <= 60 else { continue }
                let places = zip(line.x, line.y).compactMap(place)
                Marker(shape, diameter: 6).draw(places, palette.color(line.ink), palette.plot, canvas)
            case .points(let points):
                let places = zip(points.x, points.y).compactMap(place)
                let marker = Marker(points.shape, diameter: Marker.diameter(points.diameter, count: places.count))
                let apart = places.count > 2000 ? Reduction.points(places, cell: marker.diameter / 2) : places
                marker.draw(apart, palette.color(points.ink), palette.plot, canvas)
            case .band, .bars, .regions, .surface, .cells, .rule:
                continue
            }
        }
    }

    private func place(_ xValue: Double, _ yValue: Double) -> Place? {
        guard let x = x(xValue), let y = y(yValue) else { return nil }
        return Place(x, y)
    }

    private func draw(_ line: Line) {
        let color = palette.color(line.ink)
        for piece in zip(line.x, line.y).map(place).split(separator: nil) {
            let places = Reduction.line(piece.compactMap { $0 })
            guard places.count > 1 else {
                Marker(.circle, diameter: line.width * 3).draw(places, color, palette.plot, canvas)
                continue
            }
            // Dashing a line that fills the plot would cost more than it shows.
            let length = zip(places, places.dropFirst()).reduce(0) { $0 + abs($1.0.x - $1.1.x) + abs($1.0.y - $1.1.y) }
            canvas.polyline(places)
            canvas.stroke(
                color, width: line.width, dash: length > 20_000 ? .solid : line.dash, roundCaps: line.dash == .solid)
        }
    }

    private func draw(_ band: Band) {
        let count = min(band.x.count, band.lower.count, band.upper.count)
        let pairs = (0..<count).map { index -> (Place, Place)? in
            guard let lower = place(band.x[index], band.lower[index]),
                let upper = place(band.x[index], band.upper[index])
            else { return nil }
            return (lower, upper)
        }
        for piece in pairs.split(whereSeparator: { $0 == nil }) {
            let piece = piece.compactMap { $0 }
            canvas.polyline(Reduction.line(piece.map(\.0)) + Reduction.line(piece.map(\.1)).reversed())
            canvas.close()
            canvas.fill(palette.color(band.ink), opacity: 0.25)
        }
    }

    private func draw(_ bars: Bars) {
        guard let zero = y(0) else { return }
        for (index, height) in bars.heights.enumerated() where index + 1 < bars.edges.count {
            guard let left = x(bars.edges[index]), let right = x(bars.edges[index + 1]), let top = y(height),
                top != zero
            else { continue }
            let gap = right - left > 5 ? 0.5 : 0
            canvas.rectangle(Box(left: left + gap, top: top, right: right - gap, bottom: zero))
        }
        canvas.fill(palette.color(bars.ink))
    }

    private func draw(_ cells: Cells) {
        let columns = max(cells.columns, 1)
        // Tiny cells have no gaps between them, so that empty ones need not be drawn one by one.
        let areTiny = cells.shades.count > 2500
        if areTiny {
            canvas.rectangle(plot)
            canvas.fill(palette.shades.color(at: 0))
        }
        for (index, shade) in cells.shades.enumerated() where !areTiny || shade != 0 {
            let (row, column) = index.quotientAndRemainder(dividingBy: columns)
            guard let left = x(Double(column) - 0.5), let right = x(Double(column) + 0.5),
                let top = y(Double(row) - 0.5), let bottom = y(Double(row) + 0.5)
            else { continue }
            let gap = !areTiny && min(right - left, bottom - top) > 12 ? 1.0 : 0
            let box = Box(left: left + gap, top: top + gap, right: right - gap, bottom: bottom - gap)
            let color = shade.isFinite ? palette.shades.color(at: shade) : palette.grid
            canvas.rectangle(box)
            canvas.fill(color)
            if index < cells.texts.count { write(cells.texts[index], in: box, palette.text(on: color)) }
        }
    }

    /// The lines of a cell, all of them or the first, where they fit.
    private func write(_ lines: [String], in box: Box, _ color: Color) {
        for shown in [lines[...], lines.prefix(1)] where !shown.isEmpty {
            guard box.height >= Double(shown.count) * Font.tick.leading else { continue }
            guard shown.allSatisfy({ canvas.width(of: $0, .tick) <= box.width - 4 }) else { continue }
            var baseline = box.middle.y + Font.tick.middle - Double(shown.count - 1) * Font.tick.leading / 2
            for line in shown {
                canvas.write(line, .tick, color, at: Place(box.middle.x, baseline), anchor: .middle)
                baseline += Font.tick.leading
            }
            return
        }
    }
}
