/// Values at the nodes of a grid, between which they change linearly along the grid's lines (marching squares).
struct ContourField {
    /// The pixels of the grid's columns and rows.
    let x: [Double]
    let y: [Double]
    let values: [Double]

    /// Nil where the values are not one for each node, or the grid has no cell.
    init?(x: [Double], y: [Double], values: [Double]) {
        guard x.count > 1, y.count > 1, values.count == x.count * y.count else { return nil }
        self.x = x
        self.y = y
        self.values = values
    }

    /// Adds the area where the values are at least `level`; cells with a value that is not a number are left out.
    func addArea(above level: Double, to canvas: Canvas) {
        for row in 0..<(y.count - 1) {
            // Whole cells side by side are one rectangle.
            var start: Int?
            for column in 0..<(x.count - 1) {
                let corners = corners(row, column)
                let above = corners.count { $0.value >= level }
                let isWhole = above == 4 && corners.allSatisfy { $0.value.isFinite }
                if isWhole {
                    start = start ?? column
                } else if let first = start {
                    addRectangle(row, first, column, to: canvas)
                    start = nil
                }
                if above > 0, !isWhole { addPart(corners, level, to: canvas) }
            }
            if let first = start { addRectangle(row, first, x.count - 1, to: canvas) }
        }
    }

    /// Adds the line where the values cross `level`.
    func addBoundary(at level: Double, to canvas: Canvas) {
        for row in 0..<(y.count - 1) {
            for column in 0..<(x.count - 1) {
                let crossings = outline(corners(row, column), level).filter(\.isCrossing)
                for pair in stride(from: 0, to: crossings.count - 1, by: 2) {
                    canvas.move(crossings[pair].place)
                    canvas.line(crossings[pair + 1].place)
                }
            }
        }
    }

    private func addRectangle(_ row: Int, _ first: Int, _ last: Int, to canvas: Canvas) {
        canvas.rectangle(Box(left: x[first], top: y[row], right: x[last], bottom: y[row + 1]))
    }

    private func addPart(_ corners: [(place: Place, value: Double)], _ level: Double, to canvas: Canvas) {
        let outline = outline(corners, level)
        guard outline.count > 2 else { return }
        canvas.polyline(outline.map(\.place))
        canvas.close()
    }

    private func corners(_ row: Int, _ column: Int) -> [(place: Place, value: Double)] {
        let node = row * x.count + column
        return [
            (Place(x[column], y[row]), values[node]),
            (Place(x[column + 1], y[row]), values[node + 1]),
            (Place(x[column + 1], y[row + 1]), values[node + x.count + 1]),
            (Place(x[column], y[row + 1]), values[node + x.count]),
        ]
    }

    /// The part of a cell at or above `level`, starting at a corner below it, so that crossings come in pairs: in, out.
    private func outline(
        _ corners: [(place: Place, value: Double)], _ level: Double
    ) -> [(place: Place, isCrossing: Bool)] {
        guard corners.allSatisfy({ $0.value.isFinite }), let below = corners.firstIndex(where: { $0.value < level })
        else {
            return []
        }
        var outline: [(place: Place, isCrossing: Bool)] = []
        for step in 0..<4 {
            let (from, to) = (corners[(below + step) % 4], corners[(below + step + 1) % 4])
            if from.value >= level { outline.append((from.place, false)) }
            if (from.value >= level) != (to.value >= level) {
                let share = (level - from.value) / (to.value - from.value)
                let place = Place(
                    from.place.x + (to.place.x - from.place.x) * share,
                    from.place.y + (to.place.y - from.place.y) * share)
                outline.append((place, true))
            }
        }
        return outline
    }
}
