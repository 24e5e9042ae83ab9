import Charts
import Testing

@Suite("Pictures say what their data say")
struct PictureTests {
    @Test func aHistogramCountsEveryWeightOnce() {
        let weights = (0..<1000).map { Float($0 % 10) }
        let layer = LayerHistogram(name: "layer 1", weights: weights)
        #expect(layer.counts.reduce(0, +) == 1000)
        #expect(layer.edges.count == layer.counts.count + 1)
        #expect(layer.edges.first == 0 && layer.edges.last == 9)
        #expect(abs(layer.mean - 4.5) < 1e-12)
        #expect(abs(layer.standardDeviation - 8.25.squareRoot()) < 1e-12)
        #expect(layer.zeroShare == 0.1)
    }

    @Test func aHistogramAsksForItsWeightsPieceByPiece() {
        let weights = (0..<200_000).map { Double($0 % 1000) }
        var longest = 0
        let layer = LayerHistogram(name: "", count: weights.count, bins: 10) { places in
            longest = max(longest, places.count)
            return Array(weights[places])
        }
        #expect(layer.counts == [Int](repeating: 20_000, count: 10))
        #expect(longest < 100_000)
        #expect(layer == LayerHistogram(name: "", weights: weights, bins: 10))
    }

    @Test func aHistogramOfOneValueHasRoomAroundIt() {
        let layer = LayerHistogram(name: "", weights: [0.5, 0.5], bins: 4)
        #expect(layer.counts.reduce(0, +) == 2)
        #expect((layer.edges.first ?? 1) < 0.5 && (layer.edges.last ?? 0) > 0.5)
    }

    @Test func manyLayersAreThinnedOutAndTheSubtitleSaysSo() {
        let layers = (1...50).map { LayerHistogram(name: "layer \($0)", weights: [0.0, 1]) }
        let chart = WeightHistograms(title: "Weights", layers: layers).chart
        #expect(chart.panels.count == WeightHistograms.mostPanels)
        #expect(chart.subtitle == "12 of 50 layers")
        #expect(chart.panels.first?.title.hasPrefix("layer 1 ") == true)
        #expect(chart.panels.last?.title.hasPrefix("layer 50") == true)
    }

    @Test func theSetsOfADecisionBoundaryDifferByMarker() {
        let shapes = Picture.decisionBoundary.chart.panels[0].marks.compactMap { mark -> MarkerShape? in
            if case .points(let points) = mark { points.shape } else { nil }
        }
        #expect(shapes == [.circle, .triangle, .square])
    }

    @Test func theOnlyOutputOfTwoClassesHasTheColourOfTheSecond() {
        let marks = Picture.predictionCurve.chart.panels[0].marks
        let lines = marks.compactMap { if case .line(let line) = $0, !line.name.isEmpty { line } else { nil } }
        #expect(lines.map(\.ink) == [.series(1)])
        let points = marks.compactMap { if case .points(let points) = $0 { points } else { nil } }
        #expect(points.map(\.ink) == [.series(0)])
    }

    @Test func linesOfGradientNormsDifferByMoreThanColour() {
        let series = ["normal", "xavier", "he"].map { GradientNorms.Series(name: $0, norms: [1, 2]) }
        let lines = GradientNorms(title: "", series: series).chart.panels[0].marks.compactMap { mark -> Line? in
            if case .line(let line) = mark { line } else { nil }
        }
        for (index, line) in lines.enumerated() {
            #expect(!lines[..<index].contains { $0.dash == line.dash || $0.marker == line.marker })
        }
        #expect(lines.count == 3)
    }

    @Test func theBestAndTheSimplestChoiceShareAMarkWhereTheyAreTheSame() {
        func labels(best: Double, simplest: Double) -> [String] {
            let curve = SweepCurve(
                title: "", parameter: "l2_lambda", score: "dev loss", trials: [.init(value: best, score: 1)],
                best: best,
                oneStandardError: simplest)
            return curve.chart.panels[0].marks.compactMap { if case .rule(let rule) = $0 { rule.label } else { nil } }
        }
        #expect(labels(best: 0.1, simplest: 0.1) == ["best and one-standard-error choice: 0.1"])
        #expect(labels(best: 0.1, simplest: 1) == ["best: 0.1", "one standard error: 1"])
    }

    @Test func aConfusionMatrixIsShadedByTheShareOfTheTrueClass() {
        let marks = ConfusionMatrix(title: "", classes: ["a", "b"], counts: [[3, 1], [0, 0]]).chart.panels[0].marks
        guard case .cells(let cells) = marks.first else {
            Issue.record("no cells")
            return
        }
        #expect(cells.shades[..<2] == [0.75, 0.25])
        #expect(cells.shades[2].isNaN && cells.shades[3].isNaN)
        #expect(cells.texts[0] == ["3", "75\u{a0}%"])
    }

    @Test func aLineKeepsItsExtremesWhenPointsAreLeftOut() {
        let places = (0..<100_000).map { Place(Double($0) / 1000, $0 == 54_321 ? -500 : Double($0 % 7)) }
        let kept = Reduction.line(places)
        #expect(kept.count <= 4 * 201)
        #expect(kept.contains(Place(54.321, -500)))
        #expect(kept.first == places.first && kept.last == places.last)
    }
}
