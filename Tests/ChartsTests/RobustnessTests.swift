import Charts
import Testing

@Suite("A chart is drawn whatever its data")
struct RobustnessTests {
    @Test(arguments: 0..<60)
    func withRandomNastyValues(seed: UInt64) throws {
        var draw = Draw(seed: seed)
        for chart in Self.charts(&draw) {
            let width = Int.random(in: Chart.widths.lowerBound...900, using: &draw)
            let height = Int.random(in: Chart.heights.lowerBound...600, using: &draw)
            let theme = ChartTheme.allCases.randomElement(using: &draw) ?? .light
            _ = try SVGReader.read(try chart.render(as: .svg, theme: theme, width: width, height: height))
            #expect(!(try chart.render(as: .png, theme: theme, width: width, height: height, scale: 1)).isEmpty)
        }
    }

    private static func charts(_ draw: inout Draw) -> [Chart] {
        let rows = Int.random(in: 0...6, using: &draw)
        let columns = Int.random(in: 0...6, using: &draw)
        let isLogarithmic = Bool.random(using: &draw)
        let text = text(&draw)
        return [
            LearningCurve(
                title: text, subtitle: Self.text(&draw), cost: curve(&draw), trainLoss: curve(&draw),
                devLoss: curve(&draw), metric: Self.text(&draw), trainMetric: curve(&draw), devMetric: curve(&draw),
                bestEpoch: value(&draw), isLogarithmic: isLogarithmic
            ).chart,
            DecisionBoundary(
                title: text, xName: Self.text(&draw), yName: Self.text(&draw), classes: [text, "", text],
                regions: Regions(
                    x: values(&draw, columns).sorted(), y: values(&draw, rows),
                    predictions: Bool.random(using: &draw)
                        ? .probabilities(values(&draw, rows * columns), threshold: value(&draw))
                        : .classes(values(&draw, rows * columns).map(whole))),
                points: values(&draw, 20).map {
                    ClassifiedPoint(x: $0, y: -$0, label: whole($0), role: .dev)
                }
            ).chart,
            ValueSurface(
                title: text, xName: text, yName: text,
                surface: Surface(
                    x: values(&draw, columns), y: values(&draw, rows), values: values(&draw, rows * columns),
                    label: text)
            ).chart,
            WeightHistograms(
                title: text,
                layers: (0..<Int.random(in: 0...60, using: &draw)).map { _ in
                    LayerHistogram(name: Self.text(&draw), weights: values(&draw, Int.random(in: 0...50, using: &draw)))
                }
            ).chart,
            CalibrationCurve(
                title: text,
                bins: values(&draw, rows).map {
                    .init(lower: $0, upper: value(&draw), meanPredicted: $0, observedShare: -$0, count: value(&draw))
                }
            ).chart,
            SweepCurve(
                title: text, parameter: text, score: text, isLogarithmic: isLogarithmic,
                trials: values(&draw, 30).map { .init(value: $0, score: value(&draw)) },
                summaries: values(&draw, rows).map {
                    .init(value: $0, mean: value(&draw), standardError: value(&draw))
                },
                best: value(&draw), oneStandardError: value(&draw)
            ).chart,
            SweepCategories(
                title: text, parameter: text, score: text,
                values: (0..<columns).map { _ in Self.text(&draw) } + ["a", "a"],
                trials: values(&draw, 9).map { .init(value: "a", score: $0) }, best: "a", oneStandardError: "b"
            ).chart,
            GradientNorms(
                title: text, series: (0..<rows).map { _ in .init(name: Self.text(&draw), norms: values(&draw, 50)) }
            ).chart,
            ConfusionMatrix(
                title: text, classes: (0..<columns).map { _ in Self.text(&draw) },
                counts: (0..<rows).map { _ in values(&draw, rows) }
            ).chart,
        ]
    }

    private static func value(_ draw: inout Draw) -> Double {
        let nasty = [
            0, -0.0, 1, -1, .nan, .infinity, -.infinity, .greatestFiniteMagnitude, -.greatestFiniteMagnitude,
            .leastNonzeroMagnitude, 1e300, -1e300, 1e-300, 1e15, 1 + .ulpOfOne, 0.1,
        ]
        return Bool.random(using: &draw)
            ? nasty[Int.random(in: nasty.indices, using: &draw)] : Double.random(in: -10...10, using: &draw)
    }

    /// A whole number as near as Int allows; what is not a number becomes the least.
    private static func whole(_ value: Double) -> Int {
        Int(exactly: value.rounded()) ?? (value > 0 ? .max : .min)
    }

    private static func values(_ draw: inout Draw, _ count: Int) -> [Double] {
        let isConstant = Int.random(in: 0...4, using: &draw) == 0
        let constant = value(&draw)
        return (0..<count).map { _ in isConstant ? constant : value(&draw) }
    }

    private static func curve(_ draw: inout Draw) -> Curve {
        let count = [0, 1, 2, 40, 1500][Int.random(in: 0...4, using: &draw)]
        return Curve(x: values(&draw, count), y: values(&draw, max(0, count - Int.random(in: 0...1, using: &draw))))
    }

    private static func text(_ draw: inout Draw) -> String {
        var text = ""
        for _ in 0..<[0, 1, 10, 300][Int.random(in: 0...3, using: &draw)] {
            let number = UInt32.random(in: 0...0x2FFFF, using: &draw)
            if let scalar = Unicode.Scalar(number) { text.unicodeScalars.append(scalar) }
        }
        return text
    }
}
