/// What surrounds the plot of a panel and how much room that takes.
struct PanelLayout {
    let panel: Panel
    let x: AxisRange
    let y: AxisRange
    /// One line below the heading: the panel's own note, and how many values cannot be drawn.
    let note: String
    let bar: ColorBar?
    let yTicks: [Tick]
    private(set) var xTicks: [Tick] = []
    private(set) var slantsXLabels = false
    /// The labels of the rules and the row each is written in.
    private(set) var ruleLabels: [(rule: Rule, row: Int)] = []

    /// From the cell's sides to the plot.
    private(set) var left: Double
    private(set) var right: Double
    var top: Double
    var bottom: Double

    private let width: Double
    private let canvas: Canvas

    static let ruleRow = 16.0
    static let longestCategory = 120.0

    init(_ panel: Panel, width: Double, height: Double, palette: Palette, canvas: Canvas) {
        self.panel = panel
        self.width = width
        self.canvas = canvas
        var (xExtent, yExtent) = (Extent(), Extent())
        for mark in panel.marks { mark.extend(&xExtent, &yExtent) }
        x = AxisRange(panel.x, xExtent)
        y = AxisRange(panel.y, yExtent)
        note = Self.note(panel, x, y)
        bar = ColorBar(panel.marks, palette)

        let rules = panel.marks.count { if case .rule(let rule) = $0 { !rule.label.isEmpty } else { false } }
        let above = (panel.title.isEmpty ? 0 : Font.heading.leading) + (note.isEmpty ? 0 : Font.tick.leading)
        top = above + 6
        bottom = Font.tick.leading + 8 + (panel.x.label.isEmpty ? 0 : Font.label.leading)
        let plotHeight = max(height - top - bottom - Double(min(rules, 1)) * Self.ruleRow, 1)
        switch panel.y.scale {
        case .categories(let names):
            yTicks = names.enumerated().map { index, name in
                Tick(Double(index), canvas.fitted(name, .tick, within: min(Self.longestCategory, width * 0.3)))
            }
        case .linear, .logarithmic:
            let count = max(2, Int(plotHeight / 42))
            let most = max(count, Int(plotHeight / 18))
            // At least two labels, or the axis says nothing about distances.
            yTicks =
                (count...most).lazy.map { [y] in Ticks.of(y, count: $0, wholeNumbers: panel.y.wholeNumbers) }
                .first { $0.count { !$0.label.isEmpty } > 1 } ?? Ticks.of(y, count: count)
        }
        let labels = yTicks.map { canvas.width(of: $0.label, .tick) }.max() ?? 0
        left = labels.rounded(.up) + 10 + (panel.y.label.isEmpty ? 0 : Font.label.leading + 2)
        right = bar.map { $0.room(height: plotHeight, canvas) } ?? 12
    }

    private static func note(_ panel: Panel, _ x: AxisRange, _ y: AxisRange) -> String {
        let missing = panel.marks.reduce(0) { $0 + $1.undrawable(x, y) }
        guard missing > 0 else { return panel.note }
        let reason = x.isLogarithmic || y.isLogarithmic ? "negative or not finite" : "not finite"
        let warning = NumberLabel.grouped(missing) + (missing == 1 ? " value" : " values") + " not shown: " + reason
        return panel.note.isEmpty ? warning : panel.note + " · " + warning
    }

    /// Fixes the plot's width, from which the labels of the horizontal axis and of the rules follow.
    mutating func setSides(left: Double, right: Double) {
        self.left = left
        self.right = right
        let plotWidth = max(width - left - right, 1)
        let projection = Projection(x, from: 0, to: plotWidth)
        switch panel.x.scale {
        case .categories(let names): placeCategories(names, projection, plotWidth)
        case .linear, .logarithmic: placeTicks(projection, plotWidth)
        }
        placeRules(projection, plotWidth)
    }

    /// As many labels as stand apart.
    private mutating func placeTicks(_ projection: Projection, _ plotWidth: Double) {
        let wanted = max(2, Int(plotWidth / 70))
        xTicks = []
        for count in (1...wanted).reversed() {
            xTicks = Ticks.of(x, count: count, wholeNumbers: panel.x.wholeNumbers)
            if standApart(xTicks, projection) { break }
        }
        // At least two labels, or the axis says nothing about distances.
        for count in (wanted + 1)...(wanted + 4) where xTicks.count(where: { !$0.label.isEmpty }) < 2 {
            let more = Ticks.of(x, count: count, wholeNumbers: panel.x.wholeNumbers)
            if standApart(more, projection) { xTicks = more }
        }
    }

    private func standApart(_ ticks: [Tick], _ projection: Projection) -> Bool {
        var end = -Double.infinity
        for tick in ticks where !tick.label.isEmpty {
            guard let place = projection(tick.value) else { continue }
            let half = canvas.width(of: tick.label, .tick) / 2
            if place - half < end + 10 { return false }
            end = place + half
        }
        return true
    }

    private mutating func placeCategories(_ names: [String], _ projection: Projection, _ plotWidth: Double) {
        let spacing = plotWidth / Double(max(names.count, 1))
        let widths = names.map { canvas.width(of: $0.onOneLine, .tick) }
        slantsXLabels = (widths.max() ?? 0) > spacing - 8
        guard slantsXLabels else {
            xTicks = names.enumerated().map { Tick(Double($0), $1.onOneLine) }
            return
        }
        let every = max(1, Int((Font.tick.leading / spacing).rounded(.up)))
        xTicks = stride(from: 0, to: names.count, by: every).map {
            Tick(Double($0), canvas.fitted(names[$0], .tick, within: Self.longestCategory))
        }
        let longest = xTicks.map { canvas.width(of: $0.label, .tick) }.max() ?? 0
        bottom += (longest * 0.64).rounded(.up)
    }

    private mutating func placeRules(_ projection: Projection, _ plotWidth: Double) {
        var labels: [(rule: Rule, span: ClosedRange<Double>)] = []
        for case .rule(let rule) in panel.marks where !rule.label.isEmpty {
            guard let place = projection(rule.x) else { continue }
            labels.append((rule, Self.span(of: rule, at: place, plotWidth, canvas)))
        }
        labels.sort { $0.span.lowerBound < $1.span.lowerBound }
        ruleLabels = []
        var ends: [Double] = []
        for (rule, span) in labels {
            let row = ends.firstIndex { $0 + 12 <= span.lowerBound } ?? ends.count
            if row == ends.count { ends.append(0) }
            ends[row] = span.upperBound
            ruleLabels.append((rule, row))
        }
        top += Double(ends.count) * Self.ruleRow
    }

    /// From where to where a rule's label reaches, moved into the plot.
    static func span(of rule: Rule, at place: Double, _ plotWidth: Double, _ canvas: Canvas) -> ClosedRange<Double> {
        let length = min(canvas.width(of: rule.label.onOneLine, .tick), plotWidth)
        let start = min(max(place - length / 2, 0), plotWidth - length)
        return start...(start + length)
    }
}
