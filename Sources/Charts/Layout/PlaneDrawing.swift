extension MarkDrawing {
    /// Classes as nested areas, each over the ones before, so that no gap opens between neighbours.
    func draw(_ regions: Regions) {
        for (index, nested) in nested(regions).enumerated() {
            fill(nested.field, above: index == 0 ? -.infinity : nested.level, palette.area(.series(nested.class)))
        }
    }

    /// The lines between the classes, over the points: many of them would hide where one class ends.
    func drawBoundaries(_ marks: [Mark]) {
        for case .regions(let regions) in marks {
            for nested in nested(regions).dropFirst() { stroke(nested.field, at: nested.level) }
        }
    }

    /// For each class a field that is at least `level` where it or a later class is predicted.
    private func nested(_ regions: Regions) -> [(class: Int, field: ContourField, level: Double)] {
        switch regions.predictions {
        case .probabilities(let values, let threshold):
            guard let field = field(regions.x, regions.y, values) else { return [] }
            return [(0, field, threshold), (1, field, threshold)]
        case .classes(let classes):
            let present = Set(classes).filter { $0 >= 0 }.sorted().prefix(100)
            return present.compactMap { lowest in
                field(regions.x, regions.y, classes.map { $0 < 0 ? .nan : $0 >= lowest ? 0.5 : -0.5 })
                    .map { (lowest, $0, 0) }
            }
        case .classProbabilities(let probabilities):
            return probabilities.indices.prefix(100).compactMap { lowest in
                field(regions.x, regions.y, lead(of: lowest, probabilities)).map { (lowest, $0, 0) }
            }
        }
    }

    /// By how much the best of the classes from `lowest` on leads the best of those before it, at each node.
    private func lead(of lowest: Int, _ probabilities: [[Double]]) -> [Double] {
        let count = probabilities.map(\.count).min() ?? 0
        return (0..<count).map { node in
            var (before, since) = (-Double.infinity, -Double.infinity)
            for (number, values) in probabilities.enumerated() {
                guard values[node].isFinite else { return .nan }
                if number < lowest { before = max(before, values[node]) } else { since = max(since, values[node]) }
            }
            // Before the first class there is none; a tie goes to the class before.
            return lowest == 0 ? 1 : (since - before).nextDown
        }
    }

    /// Values as filled contours, each band over the ones below.
    func draw(_ surface: Surface) {
        guard let field = field(surface.x, surface.y, surface.values) else { return }
        let bar = ColorBar(surface)
        let levels = [-.infinity] + bar.levels.map(\.value)
        for (level, color) in zip(levels, bar.colors(palette)) { fill(field, above: level, color) }
    }

    private func field(_ x: [Double], _ y: [Double], _ values: [Double]) -> ContourField? {
        let (columns, rows) = (x.compactMap { self.x($0) }, y.compactMap { self.y($0) })
        guard columns.count == x.count, rows.count == y.count else { return nil }
        return ContourField(x: columns, y: rows, values: values)
    }

    private func fill(_ field: ContourField, above level: Double, _ color: Color) {
        field.addArea(above: level, to: canvas)
        canvas.fill(color)
    }

    private func stroke(_ field: ContourField, at level: Double) {
        field.addBoundary(at: level, to: canvas)
        canvas.stroke(palette.text, width: 1.5, roundCaps: true)
    }
}
