import Glibc

/// How the weights of one layer are spread.
public struct LayerHistogram: Sendable, Equatable {
    /// The layer's name.
    public var name: String
    /// The bins' ends in increasing order, one more than `counts`.
    public var edges: [Double]
    /// How many weights each bin holds.
    public var counts: [Int]
    /// The mean of the weights.
    public var mean: Double
    /// Their standard deviation, divided by n.
    public var standardDeviation: Double
    /// The share of weights that are exactly zero, from 0 to 1.
    public var zeroShare: Double

    /// A histogram that was counted elsewhere.
    public init(
        name: String, edges: [Double], counts: [Int], mean: Double, standardDeviation: Double, zeroShare: Double
    ) {
        self.name = name
        self.edges = edges
        self.counts = counts
        self.mean = mean
        self.standardDeviation = standardDeviation
        self.zeroShare = zeroShare
    }

    /// Counts `weights` in bins of equal width from the least to the greatest; those that are not finite are left out.
    ///
    /// - Parameter bins: how many, at least 1; nil chooses from 5 to 40 by the number of weights.
    public init(name: String, weights: some Collection<some BinaryFloatingPoint>, bins: Int? = nil) {
        let weights = weights.map { Double($0) }
        self.init(name: name, count: weights.count, bins: bins) { Array(weights[$0]) }
    }

    /// Counts `count` weights, of which some thousands at a time are asked for by their places, twice.
    ///
    /// - Parameter bins: as above.
    public init(name: String, count total: Int, bins: Int? = nil, weights: (Range<Int>) -> [Double]) {
        // The Rice rule, twice the cube root of n, within what can be told apart.
        let bins = bins.map { max($0, 1) } ?? min(max(Int((2 * cbrt(Double(total))).rounded(.up)), 5), 40)
        let parts = stride(from: 0, to: total, by: 1 << 16).map { $0..<min($0 + 1 << 16, total) }
        var extent = Extent()
        var (count, zeros, mean, squares) = (0.0, 0.0, 0.0, 0.0)
        for part in parts {
            for value in weights(part) where abs(value) <= Extent.largest {
                extent.include(value)
                count += 1
                if value == 0 { zeros += 1 }
                // Welford, "Note on a method for calculating corrected sums of squares and products" (1962).
                let change = value - mean
                mean += change / count
                squares += change * (value - mean)
            }
        }
        let range = AxisRange(Axis("", domain: extent.isEmpty ? 0...1 : extent.low...extent.high), extent)
        let width = (range.upper - range.lower) / Double(bins)
        var counts = [Int](repeating: 0, count: bins)
        for part in parts {
            for value in weights(part) where abs(value) <= Extent.largest {
                counts[min(max(Int((value - range.lower) / width), 0), bins - 1)] += 1
            }
        }
        self.init(
            name: name, edges: (0...bins).map { $0 == bins ? range.upper : range.lower + width * Double($0) },
            counts: counts, mean: count > 0 ? mean : .nan, standardDeviation: count > 0 ? sqrt(squares / count) : .nan,
            zeroShare: count > 0 ? zeros / count : .nan)
    }
}

/// The weights of a network, a histogram per layer.
public struct WeightHistograms: Sendable, Equatable {
    /// More layers than this are thinned out: their histograms would be too small to read.
    public static let mostPanels = 12

    /// The heading.
    public var title: String
    /// What the reader must know besides.
    public var subtitle: String
    /// The layers, from the first.
    public var layers: [LayerHistogram]

    /// Histograms of `layers`.
    public init(title: String, subtitle: String = "", layers: [LayerHistogram]) {
        self.title = title
        self.subtitle = subtitle
        self.layers = layers
    }

    /// The picture.
    public var chart: Chart {
        let shown = self.shown
        let columns = [1, 1, 2, 3, 2, 3, 3, 4, 4, 3, 4, 4, 4][min(shown.count, Self.mostPanels)]
        let panels = shown.enumerated().map { index, layer in
            let isLowest = index + columns >= shown.count
            return Panel(
                title: columns > 2 ? Self.shortTitle(layer) : layer.name,
                note: Self.note(layer, short: columns > 2), x: Axis(isLowest ? "weight" : ""),
                y: Axis(index % columns == 0 ? "count" : "", includesZero: true, wholeNumbers: true),
                marks: [
                    .bars(Bars("", edges: layer.edges, heights: layer.counts.map(Double.init), ink: .series(0))),
                    .rule(Rule(x: layer.mean, ink: .series(1))),
                ])
        }
        var subtitle = self.subtitle
        if shown.count < layers.count {
            subtitle += (subtitle.isEmpty ? "" : " · ") + "\(shown.count) of \(layers.count) layers"
        }
        return Chart(
            title: title, subtitle: subtitle, panels: panels, columns: columns,
            legend: shown.isEmpty ? nil : [LegendEntry("mean", .line(.series(1), .dashed, nil))])
    }

    /// All layers, or the first, the last and evenly spaced ones between them.
    private var shown: [LayerHistogram] {
        guard layers.count > Self.mostPanels else { return layers }
        return (0..<Self.mostPanels).map { layers[$0 * (layers.count - 1) / (Self.mostPanels - 1)] }
    }

    /// Beside a narrow histogram there is room for the share of zeros only in the heading.
    private static func shortTitle(_ layer: LayerHistogram) -> String {
        layer.zeroShare > 0 ? "\(layer.name) · \(NumberLabel.percent(layer.zeroShare)) zeros" : layer.name
    }

    private static func note(_ layer: LayerHistogram, short: Bool) -> String {
        let mean = NumberLabel.short(layer.mean)
        let deviation = NumberLabel.short(layer.standardDeviation)
        let zeros = NumberLabel.percent(layer.zeroShare)
        return short
            ? "mean \(mean), sd \(deviation)"
            : "mean \(mean) · standard deviation \(deviation) · \(zeros) zeros"
    }
}
