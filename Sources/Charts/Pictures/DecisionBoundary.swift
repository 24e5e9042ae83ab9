/// What a classifier predicts over the plane of two features, and the examples upon it.
public struct DecisionBoundary: Sendable, Equatable {
    /// The heading.
    public var title: String
    /// What the reader must know besides, such as at which values the other features are held.
    public var subtitle: String
    /// The name of the feature on the horizontal axis.
    public var xName: String
    /// The name of the feature on the vertical axis.
    public var yName: String
    /// The classes' names, in the order of their numbers.
    public var classes: [String]
    /// The predictions over a grid of the plane.
    public var regions: Regions
    /// The examples.
    public var points: [ClassifiedPoint]

    /// A decision boundary of `regions` with `points` upon it.
    public init(
        title: String, subtitle: String = "", xName: String, yName: String, classes: [String], regions: Regions,
        points: [ClassifiedPoint] = []
    ) {
        self.title = title
        self.subtitle = subtitle
        self.xName = xName
        self.yName = yName
        self.classes = classes
        self.regions = regions
        self.points = points
    }

    /// The picture.
    public var chart: Chart {
        var marks: [Mark] = [.regions(regions)]
        let byRole = Dictionary(grouping: points, by: \.role)
        for role in ExampleRole.allCases {
            let byLabel = Dictionary(grouping: byRole[role] ?? [], by: \.label)
            for (label, members) in byLabel.sorted(by: { $0.key < $1.key }) {
                marks.append(
                    .points(
                        Points(
                            "", x: members.map(\.x), y: members.map(\.y), ink: .series(label), shape: role.shape,
                            diameter: points.count > 1500 ? 5 : points.count > 500 ? 6 : 8)))
            }
        }
        let roles = ExampleRole.allCases.filter { byRole[$0] != nil }
        let legend =
            classes.enumerated().map { LegendEntry($1, .area(.series($0))) }
            + roles.map { LegendEntry($0.rawValue + " example", .marker($0.shape, .muted)) }
        let panel = Panel(
            x: Axis(xName, domain: ClosedRange(spanning: regions.x)),
            y: Axis(yName, domain: ClosedRange(spanning: regions.y)), marks: marks)
        return Chart(title: title, subtitle: subtitle, panels: [panel], legend: legend)
    }
}
