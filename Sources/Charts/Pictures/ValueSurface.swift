/// What a regression predicts over the plane of two features, and the examples upon it.
public struct ValueSurface: Sendable, Equatable {
    /// The heading.
    public var title: String
    /// What the reader must know besides, such as at which values the other features are held.
    public var subtitle: String
    /// The name of the feature on the horizontal axis.
    public var xName: String
    /// The name of the feature on the vertical axis.
    public var yName: String
    /// The predictions over a grid of the plane; its label is the target's name.
    public var surface: Surface
    /// Where the examples are.
    public var points: [Place]

    /// An example in the plane of two features.
    public struct Place: Sendable, Equatable {
        /// The feature on the horizontal axis.
        public var x: Double
        /// The feature on the vertical axis.
        public var y: Double
        /// The set it belongs to.
        public var role: ExampleRole

        /// An example at (`x`, `y`).
        public init(x: Double, y: Double, role: ExampleRole) {
            self.x = x
            self.y = y
            self.role = role
        }
    }

    /// A surface with the places of examples upon it.
    public init(
        title: String, subtitle: String = "", xName: String, yName: String, surface: Surface, points: [Place] = []
    ) {
        self.title = title
        self.subtitle = subtitle
        self.xName = xName
        self.yName = yName
        self.surface = surface
        self.points = points
    }

    /// The picture.
    public var chart: Chart {
        var marks: [Mark] = [.surface(surface)]
        for role in ExampleRole.allCases {
            let members = points.filter { $0.role == role }
            guard !members.isEmpty else { continue }
            marks.append(
                .points(
                    Points(
                        role.rawValue + " example", x: members.map(\.x), y: members.map(\.y), ink: .text,
                        shape: role.shape, diameter: 6)))
        }
        let panel = Panel(
            x: Axis(xName, domain: ClosedRange(spanning: surface.x)),
            y: Axis(yName, domain: ClosedRange(spanning: surface.y)), marks: marks)
        return Chart(title: title, subtitle: subtitle, panels: [panel])
    }
}
