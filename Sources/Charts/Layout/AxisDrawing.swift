/// The frame of a plot with its ticks, their labels and the names of the axes.
struct AxisDrawing {
    let layout: PanelLayout
    let cell: Box
    let plot: Box
    let palette: Palette
    let canvas: Canvas

    func draw(_ x: Projection, _ y: Projection) {
        drawFrame(x, y)
        drawXLabels(x)
        drawYLabels(y)
        let panel = layout.panel
        if !panel.x.label.isEmpty {
            let room = min(cell.width, plot.width + 60)
            canvas.write(
                canvas.fitted(panel.x.label, .label, within: room), .label, palette.text,
                at: Place(plot.middle.x, cell.bottom - 4), anchor: .middle)
        }
        if !panel.y.label.isEmpty {
            let room = min(cell.height, plot.height + 40)
            canvas.write(
                canvas.fitted(panel.y.label, .label, within: room), .label, palette.text,
                at: Place(cell.left + Font.label.size, plot.middle.y), anchor: .middle, degrees: -90)
        }
    }

    private func drawFrame(_ x: Projection, _ y: Projection) {
        canvas.move(Place(plot.left, plot.top))
        canvas.line(Place(plot.left, plot.bottom))
        canvas.line(Place(plot.right, plot.bottom))
        for tick in layout.xTicks {
            guard let place = x(tick.value) else { continue }
            canvas.move(Place(place, plot.bottom))
            canvas.line(Place(place, plot.bottom + (tick.label.isEmpty ? 3 : 5)))
        }
        for tick in layout.yTicks {
            guard let place = y(tick.value) else { continue }
            canvas.move(Place(plot.left, place))
            canvas.line(Place(plot.left - (tick.label.isEmpty ? 3 : 5), place))
        }
        canvas.stroke(palette.frame, width: 1)
        // Between the place of zero and the rest of a logarithmic axis.
        if x.range.hasZeroPlace {
            canvas.move(Place(x.gap, plot.top))
            canvas.line(Place(x.gap, plot.bottom))
        }
        if y.range.hasZeroPlace {
            canvas.move(Place(plot.left, y.gap))
            canvas.line(Place(plot.right, y.gap))
        }
        canvas.stroke(palette.frame, width: 1, dash: .dotted)
    }

    private func drawXLabels(_ x: Projection) {
        for tick in layout.xTicks where !tick.label.isEmpty {
            guard let place = x(tick.value) else { continue }
            if layout.slantsXLabels {
                canvas.write(
                    tick.label, .tick, palette.muted, at: Place(place + 4, plot.bottom + 15), anchor: .end, degrees: -40
                )
            } else {
                // The last label may reach into the margin of the chart, not beyond.
                let half = canvas.width(of: tick.label, .tick) / 2
                let middle = min(place, cell.right + 10 - half)
                canvas.write(
                    tick.label, .tick, palette.muted, at: Place(middle, plot.bottom + 7 + Font.tick.size),
                    anchor: .middle)
            }
        }
    }

    private func drawYLabels(_ y: Projection) {
        // A label that would run into the last one drawn is left out.
        var drawn: Double?
        for tick in layout.yTicks where !tick.label.isEmpty {
            guard let place = y(tick.value) else { continue }
            if let drawn, abs(place - drawn) < Font.tick.size { continue }
            drawn = place
            canvas.write(
                tick.label, .tick, palette.muted, at: Place(plot.left - 8, place + Font.tick.middle), anchor: .end)
        }
    }
}
