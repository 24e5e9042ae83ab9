/// How often each class was taken for each.
public struct ConfusionMatrix: Sendable, Equatable {
    /// The heading.
    public var title: String
    /// What the reader must know besides.
    public var subtitle: String
    /// The classes' names.
    public var classes: [String]
    /// The number of examples, or their weight: `counts[t][p]` of true class t were predicted as class p.
    public var counts: [[Double]]

    /// A confusion matrix over `classes`.
    public init(title: String, subtitle: String = "", classes: [String], counts: [[Double]]) {
        self.title = title
        self.subtitle = subtitle
        self.classes = classes
        self.counts = counts
    }

    /// The picture: the shade is the share of the true class.
    public var chart: Chart {
        var shades: [Double] = []
        var texts: [[String]] = []
        for row in counts.prefix(classes.count) {
            let total = row.reduce(0) { $0 + max($1, 0) }
            for column in classes.indices {
                let count = column < row.count ? row[column] : 0
                let share = total > 0 ? max(count, 0) / total : .nan
                shades.append(share)
                let label = Int(exactly: count).map(NumberLabel.grouped) ?? NumberLabel.short(count)
                texts.append([label, share.isFinite ? NumberLabel.percent(share) : ""])
            }
        }
        let panel = Panel(
            x: Axis("predicted class", .categories(classes)),
            y: Axis("true class", .categories(classes), isReversed: true),
            marks: [.cells(Cells(shades: shades, texts: texts, columns: classes.count))])
        return Chart(
            title: title,
            subtitle: subtitle.isEmpty ? "Shade and per cent: share of the true class" : subtitle, panels: [panel])
    }
}
