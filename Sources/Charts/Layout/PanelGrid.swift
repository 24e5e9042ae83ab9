/// Puts the panels in rows and columns so that the plots of a row share their height and those of a column their width.
struct PanelGrid {
    let panels: [Panel]
    let columns: Int
    let palette: Palette
    let canvas: Canvas

    private static let gap = 14.0

    func draw(_ box: Box) {
        guard !panels.isEmpty, box.height > 0 else { return }
        let columns = min(max(columns, 1), panels.count)
        let rows = (panels.count + columns - 1) / columns
        let cellWidth = (box.width - Self.gap * Double(columns - 1)) / Double(columns)
        let heights = rowHeights(rows, columns, available: box.height - Self.gap * Double(rows - 1))

        var layouts = panels.enumerated().map { index, panel in
            PanelLayout(panel, width: cellWidth, height: heights[index / columns], palette: palette, canvas: canvas)
        }
        for column in 0..<columns {
            let members = stride(from: column, to: panels.count, by: columns)
            let left = members.map { layouts[$0].left }.max() ?? 0
            let right = members.map { layouts[$0].right }.max() ?? 0
            for index in members { layouts[index].setSides(left: left, right: right) }
        }
        var top = box.top
        for row in 0..<rows {
            let members = (row * columns)..<min((row + 1) * columns, panels.count)
            let above = members.map { layouts[$0].top }.max() ?? 0
            let below = members.map { layouts[$0].bottom }.max() ?? 0
            for index in members {
                let left = box.left + Double(index - members.lowerBound) * (cellWidth + Self.gap)
                let cell = Box(left: left, top: top, right: left + cellWidth, bottom: top + heights[row])
                layouts[index].top = above
                layouts[index].bottom = below
                PanelDrawing(layout: layouts[index], cell: cell, palette: palette, canvas: canvas).draw()
            }
            top += heights[row] + Self.gap
        }
    }

    private func rowHeights(_ rows: Int, _ columns: Int, available: Double) -> [Double] {
        let shares = (0..<rows).map { row in
            let height = panels[row * columns].height
            return height.isFinite && height > 0 ? min(max(height, 0.05), 20) : 1
        }
        let total = shares.reduce(0, +)
        let heights = shares.map { max(available, 1) * $0 / total }
        // Where room is short, the axes need the same of it in each row.
        guard let least = heights.min(), least >= 85 else {
            return heights.map { _ in max(available, 1) / Double(rows) }
        }
        return heights
    }
}
