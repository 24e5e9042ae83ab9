/// Draws one panel into its cell.
struct PanelDrawing {
    let layout: PanelLayout
    let cell: Box
    let palette: Palette
    let canvas: Canvas

    private var panel: Panel { layout.panel }

    func draw() {
        let plot = Box(
            left: cell.left + layout.left, top: cell.top + layout.top, right: cell.right - layout.right,
            bottom: cell.bottom - layout.bottom)
        drawHeading()
        guard plot.width >= 12, plot.height >= 12 else { return }
        let (left, right) = panel.x.isReversed ? (plot.right, plot.left) : (plot.left, plot.right)
        let (low, high) = panel.y.isReversed ? (plot.top, plot.bottom) : (plot.bottom, plot.top)
        let x = Projection(layout.x, from: left, to: right)
        let y = Projection(layout.y, from: low, to: high)
        let marks = MarkDrawing(plot: plot, x: x, y: y, palette: palette, canvas: canvas)
        if !panel.marks.contains(where: \.coversGround) { drawGrid(plot, x, y) }
        canvas.clipped(to: plot) { marks.drawAreas(panel.marks) }
        // A line along the plot's edge keeps its whole thickness.
        let wider = Box(left: plot.left - 2, top: plot.top - 2, right: plot.right + 2, bottom: plot.bottom + 2)
        canvas.clipped(to: wider) { marks.drawLines(panel.marks) }
        marks.drawPoints(panel.marks)
        canvas.clipped(to: plot) { marks.drawBoundaries(panel.marks) }
        AxisDrawing(layout: layout, cell: cell, plot: plot, palette: palette, canvas: canvas).draw(x, y)
        drawRuleLabels(plot, x)
        layout.bar?.draw(beside: plot, palette, canvas)
        if panel.marks.allSatisfy(\.isEmpty) {
            canvas.write(
                "no data", .label, palette.muted, at: Place(plot.middle.x, plot.middle.y + Font.label.middle),
                anchor: .middle)
        }
    }

    private func drawHeading() {
        var baseline = cell.top + Font.heading.size
        if !panel.title.isEmpty {
            let title = canvas.fitted(panel.title, .heading, within: cell.width)
            canvas.write(title, .heading, palette.text, at: Place(cell.left, baseline))
            baseline += Font.tick.leading
        }
        if !layout.note.isEmpty {
            let note = canvas.fitted(layout.note, .tick, within: cell.width)
            canvas.write(note, .tick, palette.muted, at: Place(cell.left, baseline))
        }
    }

    private func drawGrid(_ plot: Box, _ x: Projection, _ y: Projection) {
        if !panel.x.isCategorical {
            for tick in layout.xTicks where !tick.label.isEmpty {
                guard let place = x(tick.value) else { continue }
                canvas.move(Place(place, plot.top))
                canvas.line(Place(place, plot.bottom))
            }
        }
        if !panel.y.isCategorical {
            for tick in layout.yTicks where !tick.label.isEmpty {
                guard let place = y(tick.value) else { continue }
                canvas.move(Place(plot.left, place))
                canvas.line(Place(plot.right, place))
            }
        }
        canvas.stroke(palette.grid, width: 1)
    }

    private func drawRuleLabels(_ plot: Box, _ x: Projection) {
        for (rule, row) in layout.ruleLabels {
            guard let place = x(rule.x) else { continue }
            let span = PanelLayout.span(of: rule, at: place - plot.left, plot.width, canvas)
            let label = canvas.fitted(rule.label, .tick, within: plot.width)
            let baseline = plot.top - 6 - Double(row) * PanelLayout.ruleRow
            canvas.write(label, .tick, palette.text, at: Place(plot.left + span.lowerBound, baseline))
        }
    }
}

extension Mark {
    /// Whether a grid behind this mark would not be seen.
    var coversGround: Bool {
        switch self {
        case .regions, .surface, .cells: true
        case .line, .points, .band, .bars, .rule: false
        }
    }
}

extension Axis {
    var isCategorical: Bool { if case .categories = scale { true } else { false } }
}
