import Access
import Charts
import Datasets
import HTTPDaemon
import JSONDocument
import Jobs
import Perceptron
import Testing
import TrainingAPI

/// From jobs to what is drawn of them.
struct PlotTests {
    private let fixture: ServiceFixture

    init() throws {
        fixture = try ServiceFixture.make()
        try fixture.service.recover()
        try fixture.service.start()
    }

    private static let flowers = #"""
        [{"a": 1, "colour": "red", "b": 10, "flag": true, "kind": "x"},
        {"a": 2, "colour": "blue", "b": 20, "flag": true, "kind": "y"},
        {"a": 3, "colour": "red", "b": 30, "flag": false, "kind": "x"},
        {"a": 6, "colour": "red", "b": 40, "flag": true, "kind": "y"}]
        """#
    private static let words = #"""
        {"csv": "colour,kind\nred,x\nblue,y\n", "target": "kind", "split": {"train": 1, "dev": 0, "test": 0}}
        """#
    private static let line = #"{"x": [[0], [1], [2], [4]], "y": [0.5, 1.5, 2.5, 9], "task": "regression"}"#

    private func model(_ data: String, name: String = "roses") throws -> TrainedJob {
        let shape = #""network": {"hidden_layers": [3]}, "training": {"epochs": 2}"#
        let id = try fixture.submit(#"{"name": "\#(name)", "data": \#(data), \#(shape)}"#)
        #expect(try fixture.finishedJob(id)["status"]?.string == "succeeded")
        defer { _ = fixture.service.stop(timeout: .seconds(10)) }
        return try fixture.service.trainedJob(try jobID(id), for: .anyone)
    }

    private func flowers() throws -> TrainedJob {
        let dataset = try fixture.call("POST", "/v1/datasets", Self.flowers).json["id"]?.string ?? ""
        return try model(
            #"{"dataset": "\#(dataset)", "target": "kind", "split": {"train": 1, "dev": 0, "test": 0}}"#)
    }

    // MARK: Features

    @Test(
        arguments: [
            (nil, nil, 0, 2), ("b", nil, 2, 0), (nil, "a", 2, 0), ("flag", "a", 3, 0), ("2", "0", 2, 0),
            (nil, "b", 0, 2),
        ] as [(String?, String?, Int, Int)])
    func featuresAreChosenByNameOrNumber(x: String?, y: String?, expectedX: Int, expectedY: Int) throws {
        let features = try PlaneFeatures(try flowers().data, x: x, y: y)
        #expect(features.x == expectedX)
        #expect(features.y == expectedY)
    }

    @Test(
        arguments: [
            ("colour", nil, ["/query/x"]), ("nothing", "colour", ["/query/x", "/query/y"]), (nil, "4", ["/query/y"]),
            ("a", "0", ["/query/y"]), ("-1", nil, ["/query/x"]), ("", nil, ["/query/x"]),
        ] as [(String?, String?, [String])])
    func whatIsNoFeatureWithAnAxisIsAFault(x: String?, y: String?, pointers: [String]) throws {
        let data = try flowers().data
        let faults = #expect(throws: Faults.self) { _ = try PlaneFeatures(data, x: x, y: y) }
        #expect(faults?.all.map(\.pointer) == pointers)
    }

    @Test func theOtherFeaturesAreHeldWhereTheSubtitleSays() throws {
        let model = try flowers()
        let features = try PlaneFeatures(model.data)
        #expect(features.cells == [.number(3), .category(1), .number(25), .number(1)])
        #expect(features.note == "at colour = red (most frequent), flag = true (most frequent)")
        let along = try PlaneFeatures(model.data, x: "flag", y: "b")
        #expect(along.note == "at a = 3 (mean), colour = red (most frequent)")
    }

    @Test func aModelOfWordsAloneHasNoPlane() throws {
        let data = try model(Self.words).data
        let faults = #expect(throws: Faults.self) { _ = try PlaneFeatures(data) }
        #expect(faults?.all.map(\.pointer) == ["/query/x"])
    }

    @Test func theOnlyNumberGivesACurve() throws {
        let data = try model(Self.line).data
        #expect(try PlaneFeatures(data).y == nil)
        let faults = #expect(throws: Faults.self) { _ = try PlaneFeatures(data, y: "x0") }
        #expect(faults?.all.map(\.pointer) == ["/query/y"])
    }

    // MARK: Grid

    @Test func aGridIsPredictedRowByRow() throws {
        let model = try flowers()
        let features = try PlaneFeatures(model.data, x: "b", y: "a")
        let grid = try PredictionGrid(model.network, along: features, x: 0...40, y: -1...3, resolution: 5)
        #expect(grid.x == [0, 10, 20, 30, 40])
        #expect(grid.y == [-1, 0, 1, 2, 3])
        for (row, y) in grid.y.enumerated() {
            for (column, x) in grid.x.enumerated() {
                let inputs = model.data.encoding.encode([.number(y), .category(1), .number(x), .number(1)])
                let expected = try model.network.predict(inputs, rows: 1)
                #expect(abs(grid.outputs[0][row * 5 + column] - expected[0]) < 1e-6)
            }
        }
    }

    @Test func aGridInBlocksIsTheSame() throws {
        // 400 × 400 nodes of 5 inputs are more than one block.
        let model = try flowers()
        let features = try PlaneFeatures(model.data)
        let fine = try PredictionGrid(model.network, along: features, x: 0...399, y: 0...399, resolution: 400)
        let row = try PredictionGrid(model.network, along: features, x: 0...399, y: 397...398, resolution: 400)
        #expect(fine.outputs[0].count == 160_000)
        for column in 0..<400 { #expect(abs(fine.outputs[0][397 * 400 + column] - row.outputs[0][column]) < 1e-6) }
    }

    // MARK: Charts

    @Test func aBoundaryShowsRegionsAndEveryExampleByClassAndSet() throws {
        let data = #"""
            {"train": {"x": [[0, 0], [1, 5], [2, 1]], "y": ["no", "yes", "no"]}, "test": {"x": [[4, 2]], "y": ["yes"]}}
            """#
        let model = try model(data)
        let plot = try DecisionBoundaryPlot(
            model, along: try PlaneFeatures(model.data), showing: [.train, .test], resolution: 11)
        #expect(plot.chart.title == "Decision boundary: roses")
        #expect(plot.chart.subtitle.hasPrefix("2-3-1 · accuracy: train "))
        let panel = plot.chart.panels[0]
        #expect(panel.x.label == "x0" && panel.y.label == "x1")
        #expect(panel.x.domain == -0.24...4.24 && panel.y.domain == -0.3...5.3)
        guard case .regions(let regions) = panel.marks.first,
            case .probabilities(let p, let threshold) = regions.predictions
        else {
            Issue.record("no regions")
            return
        }
        #expect(p.count == 121 && threshold == 0.5)
        let points = panel.marks.compactMap { if case .points(let points) = $0 { points } else { nil } }
        #expect(points.map(\.x) == [[0, 2], [1], [4]])
        #expect(points.map(\.y) == [[0, 1], [5], [2]])
        #expect(points.map(\.ink) == [.series(0), .series(1), .series(1)])
        #expect(points.map(\.shape) == [.circle, .circle, .square])
    }

    @Test func aRegressionOfOneFeatureIsACurveThroughItsExamples() throws {
        let model = try model(Self.line)
        let plot = try DecisionBoundaryPlot(
            model, along: try PlaneFeatures(model.data), showing: [.train], resolution: 50)
        let panel = plot.chart.panels[0]
        #expect(plot.chart.title == "Predicted value: roses")
        #expect(panel.x.label == "x0" && panel.y.label == "y")
        let points = panel.marks.compactMap { if case .points(let points) = $0 { points } else { nil } }
        #expect(points.map(\.x) == [[0, 1, 2, 4]] && points.map(\.y) == [[0.5, 1.5, 2.5, 9]])
        let lines = panel.marks.compactMap { if case .line(let line) = $0 { line } else { nil } }
        #expect(lines.map(\.name) == ["predicted y"] && lines.map(\.y.count) == [50])
    }

    @Test func aLargeSetIsThinnedAndTheSubtitleSaysSo() throws {
        let count = 2 * PlottedExamples.most
        let x = (0..<count).map { "[\($0), \($0 % 7)]" }.joined(separator: ",")
        let y = (0..<count).map { "\($0 % 2)" }.joined(separator: ",")
        let model = try model(#"{"train": {"x": [\#(x)], "y": [\#(y)]}}"#)
        let plot = try DecisionBoundaryPlot(
            model, along: try PlaneFeatures(model.data), showing: [.train], resolution: 2)
        #expect(plot.chart.subtitle.hasSuffix("1000 of 2000 train examples shown"))
        let shown = plot.chart.panels[0].marks.reduce(into: [Double]()) { shown, mark in
            if case .points(let points) = mark { shown += points.x }
        }
        #expect(shown.sorted() == (0..<PlottedExamples.most).map { Double(2 * $0) })
    }

    @Test func aLearningCurveShowsWhatWasMeasured() throws {
        let settings = #"{"data": {"inputs": 2, "task": "binary"}, "network": {"hidden_layers": [4]}}"#
        let submission = JobSubmission(
            name: "slow", settings: Array(settings.utf8), tableHash: "", parameterCount: 1, epochs: 50)
        let store = MemoryStore()
        let job = try store.submit(submission)
        func metrics(_ loss: Double) -> SetMetrics { SetMetrics(loss: loss, cost: loss + 1, accuracy: 1 - loss) }
        let rows = [
            HistoryRow(
                epoch: 0, stepCost: nil, train: metrics(0.9), dev: metrics(0.8), learningRate: 1, gradientNorm: nil),
            HistoryRow(
                epoch: 10, stepCost: 0.7, train: metrics(0.5), dev: nil, learningRate: 1, gradientNorm: 1),
        ]
        let chart = CostPlot(rows, of: job, summary: try JobSummary(job), scale: .log).chart
        #expect(chart.title == "Learning curve: slow")
        #expect(chart.subtitle == "2-4-1 · queued after 10 of 50 epochs")
        #expect(chart.panels.map(\.y.label) == ["cost, loss", "accuracy"])
        #expect(chart.panels[0].y.scale == .logarithmic)
        let lines = chart.panels[0].marks.compactMap { if case .line(let line) = $0 { line } else { nil } }
        #expect(lines.map(\.name) == ["cost while training", "train loss", "dev loss"])
        #expect(lines.map(\.x) == [[10], [0, 10], [0]])
        #expect(lines.map(\.y) == [[0.7], [0.9, 0.5], [0.8]])
    }

    // MARK: Counting

    @Test(arguments: [(0, 3, []), (3, 3, [0, 1, 2]), (4, 3, [0, 1, 2]), (9, 3, [0, 3, 6]), (10, 4, [0, 2, 5, 7])])
    func thinningKeepsEvenlySpacedPlaces(count: Int, most: Int, expected: [Int]) {
        #expect(Thinning.places(count, most: most) == expected)
    }
}
