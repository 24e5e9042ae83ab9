/// How large the gradient is in each layer, for one network or for several to compare.
public struct GradientNorms: Sendable, Equatable {
    /// One network, or one way to start it.
    public struct Series: Sendable, Equatable {
        /// What sets it apart, such as the initializer.
        public var name: String
        /// The norm of the gradient of each layer's weights, from the first layer.
        public var norms: [Double]

        /// The norms of `name`.
        public init(name: String, norms: [Double]) {
            self.name = name
            self.norms = norms
        }
    }

    /// The heading.
    public var title: String
    /// What the reader must know besides.
    public var subtitle: String
    /// What is drawn, in the legend's order.
    public var series: [Series]

    /// Gradient norms of `series`.
    public init(title: String, subtitle: String = "", series: [Series]) {
        self.title = title
        self.subtitle = subtitle
        self.series = series
    }

    /// The picture.
    public var chart: Chart {
        let depth = series.map(\.norms.count).max() ?? 0
        let marks = series.enumerated().map { index, series in
            Mark.line(
                Line(
                    series.name, x: series.norms.indices.map { Double($0 + 1) }, y: series.norms, ink: .series(index),
                    dash: .series(index), marker: .series(index)))
        }
        let panel = Panel(
            x: Axis("layer", domain: depth > 1 ? 1...Double(depth) : nil, wholeNumbers: true),
            y: Axis("gradient norm", .logarithmic), marks: marks)
        return Chart(title: title, subtitle: subtitle, panels: [panel])
    }
}
