/// What a network predicts along one feature, and the examples beside it.
public struct PredictionCurve: Sendable, Equatable {
    /// One output of the network along the feature.
    public struct Output: Sendable, Equatable {
        /// What it is: a class, or the target.
        public var name: String
        /// The output at each place of `x`.
        public var values: [Double]

        /// The output `name`.
        public init(name: String, values: [Double]) {
            self.name = name
            self.values = values
        }
    }

    /// The heading.
    public var title: String
    /// What the reader must know besides, such as at which values the other features are held.
    public var subtitle: String
    /// The feature's name.
    public var xName: String
    /// What the outputs are: "probability", or the target's name.
    public var yName: String
    /// The feature's places, increasing.
    public var x: [Double]
    /// The outputs; class k has the colour `.series(k)`.
    public var outputs: [Output]
    /// The ends of the vertical axis; nil takes them from the data.
    public var yDomain: ClosedRange<Double>?
    /// The output from which on the second class is predicted.
    public var threshold: Double?
    /// The classes' names where the points' labels are classes; empty where they have none.
    public var classes: [String]
    /// The examples.
    public var points: [ClassifiedPoint]

    /// Outputs along the feature `xName`.
    public init(
        title: String, subtitle: String = "", xName: String, yName: String, x: [Double], outputs: [Output],
        yDomain: ClosedRange<Double>? = nil, threshold: Double? = nil, classes: [String] = [],
        points: [ClassifiedPoint] = []
    ) {
        self.title = title
        self.subtitle = subtitle
        self.xName = xName
        self.yName = yName
        self.x = x
        self.outputs = outputs
        self.yDomain = yDomain
        self.threshold = threshold
        self.classes = classes
        self.points = points
    }

    /// The picture.
    public var chart: Chart {
        var marks: [Mark] = []
        if let threshold, let first = x.first, let last = x.last {
            marks.append(
                .line(Line("", x: [first, last], y: [threshold, threshold], ink: .muted, dash: .dotted, width: 1.5)))
        }
        // A single output is of the last class, or of no class at all.
        let firstClass = max(classes.count - outputs.count, 0)
        for (index, output) in outputs.enumerated() {
            marks.append(
                .line(
                    Line(
                        output.name, x: x, y: output.values, ink: .series(classes.isEmpty ? 0 : firstClass + index),
                        dash: .series(index), width: 2.5)))
        }
        var legend = marks.compactMap(\.legendEntry)
        for role in ExampleRole.allCases {
            let members = points.filter { $0.role == role }
            guard !members.isEmpty else { continue }
            for (label, points) in Dictionary(grouping: members, by: \.label).sorted(by: { $0.key < $1.key }) {
                marks.append(
                    .points(
                        Points(
                            "", x: points.map(\.x), y: points.map(\.y), ink: classes.isEmpty ? .muted : .series(label),
                            shape: role.shape, diameter: 7)))
            }
            legend.append(LegendEntry(role.rawValue + " example", .marker(role.shape, .muted)))
        }
        if outputs.count == 1 {
            legend += classes.enumerated().map { LegendEntry("example of \($1)", .area(.series($0))) }
        }
        let panel = Panel(
            x: Axis(xName, domain: ClosedRange(spanning: x)), y: Axis(yName, domain: yDomain), marks: marks)
        return Chart(title: title, subtitle: subtitle, panels: [panel], legend: legend)
    }
}
