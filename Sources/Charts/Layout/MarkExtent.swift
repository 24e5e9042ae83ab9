extension Mark {
    /// Takes what this mark covers into account.
    func extend(_ x: inout Extent, _ y: inout Extent) {
        switch self {
        case .line(let line):
            x.include(line.x)
            y.include(line.y)
        case .points(let points):
            x.include(points.x)
            y.include(points.y)
        case .band(let band):
            x.include(band.x)
            y.include(band.lower)
            y.include(band.upper)
        case .bars(let bars):
            x.include(bars.edges)
            y.include(bars.heights)
            y.include(0)
        case .regions(let regions):
            x.include(regions.x)
            y.include(regions.y)
        case .surface(let surface):
            x.include(surface.x)
            y.include(surface.y)
        case .rule(let rule):
            x.include(rule.x)
        case .cells:
            break
        }
    }

    /// How many of its values have no place on these axes.
    func undrawable(_ x: AxisRange, _ y: AxisRange) -> Int {
        func count(_ values: [Double], _ range: AxisRange) -> Int {
            let projection = Projection(range, from: 0, to: 1)
            return values.count { projection($0) == nil }
        }
        switch self {
        case .line(let line): return max(count(line.x, x), count(line.y, y))
        case .points(let points): return max(count(points.x, x), count(points.y, y))
        case .band(let band): return max(count(band.lower, y), count(band.upper, y))
        case .bars(let bars): return count(bars.heights, y)
        case .regions, .surface, .cells, .rule: return 0
        }
    }

    /// Whether there is anything to draw.
    var isEmpty: Bool {
        switch self {
        case .line(let line): !line.x.contains { $0.isFinite } || !line.y.contains { $0.isFinite }
        case .points(let points): !points.x.contains { $0.isFinite } || !points.y.contains { $0.isFinite }
        case .band(let band): band.x.isEmpty
        case .bars(let bars): bars.heights.isEmpty
        case .regions(let regions): regions.x.isEmpty || regions.y.isEmpty
        case .surface(let surface): !surface.values.contains { $0.isFinite }
        case .cells(let cells): cells.shades.isEmpty
        case .rule: true
        }
    }

    /// What the legend says of this mark.
    var legendEntry: LegendEntry? {
        let entry: LegendEntry? =
            switch self {
            case .line(let line): LegendEntry(line.name, .line(line.ink, line.dash, line.marker))
            case .points(let points): LegendEntry(points.name, .marker(points.shape, points.ink))
            case .band(let band): LegendEntry(band.name, .area(band.ink))
            case .bars(let bars): LegendEntry(bars.name, .area(bars.ink))
            case .regions, .surface, .cells, .rule: nil
            }
        return entry.flatMap { $0.name.isEmpty ? nil : $0 }
    }
}
