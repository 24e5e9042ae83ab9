/// Whether predicted probabilities can be believed: a reliability diagram.
public struct CalibrationCurve: Sendable, Equatable {
    /// The examples whose predicted probability fell into one interval.
    public struct Bin: Sendable, Equatable {
        /// The interval's lower end, from 0 to 1.
        public var lower: Double
        /// The interval's upper end, from 0 to 1.
        public var upper: Double
        /// The mean of the predicted probabilities in it.
        public var meanPredicted: Double
        /// The share of positive examples in it.
        public var observedShare: Double
        /// How many examples it holds, or what they weigh together.
        public var count: Double

        /// A bin from `lower` to `upper`.
        public init(lower: Double, upper: Double, meanPredicted: Double, observedShare: Double, count: Double) {
            self.lower = lower
            self.upper = upper
            self.meanPredicted = meanPredicted
            self.observedShare = observedShare
            self.count = count
        }
    }

    /// The heading.
    public var title: String
    /// What the reader must know besides, such as the Brier score.
    public var subtitle: String
    /// The bins in increasing order; empty ones have no point.
    public var bins: [Bin]

    /// A reliability diagram of `bins`.
    public init(title: String, subtitle: String = "", bins: [Bin]) {
        self.title = title
        self.subtitle = subtitle
        self.bins = bins
    }

    /// The picture.
    public var chart: Chart {
        let filled = bins.filter { $0.count > 0 }
        let diagram = Panel(
            x: Axis("", domain: 0...1), y: Axis("share observed", domain: 0...1),
            marks: [
                .line(
                    Line("perfectly calibrated", x: [0, 1], y: [0, 1], ink: .muted, dash: .dashed, width: 1.5)),
                .line(
                    Line(
                        "predictions", x: filled.map(\.meanPredicted), y: filled.map(\.observedShare), ink: .series(0),
                        marker: .circle)),
            ], height: 2.6)
        let counts = Panel(
            x: Axis("mean predicted probability", domain: 0...1),
            y: Axis("examples", includesZero: true, wholeNumbers: true),
            marks: bins.map {
                .bars(Bars("", edges: [$0.lower, $0.upper], heights: [$0.count], ink: .series(0)))
            })
        return Chart(title: title, subtitle: subtitle, panels: [diagram, counts])
    }
}
