import Charts
import Datasets
import JSONDocument
import Perceptron

/// What a network predicts over the plane of two features, or along the only one, with the examples upon it.
package struct DecisionBoundaryPlot: Plot {
    private let title: String
    private let subtitle: String
    private let task: Task
    private let classes: [ClassLabel]
    private let target: String
    private let features: PlaneFeatures
    private let grid: PredictionGrid
    private let sets: [PlottedExamples]

    /// - Parameters:
    ///   - roles: the sets whose examples are shown.
    ///   - resolution: nodes along an axis; nil for as many as are usual, or as the network allows.
    package init(
        _ trained: TrainedJob, along features: PlaneFeatures, showing roles: Set<ExampleRole>, resolution: Int?
    ) throws {
        let summary = try JobSummary(trained.job)
        let finest = PredictionGrid.finest(trained.network)
        if let resolution, resolution > finest {
            throw Faults(pointer: "/query/resolution", detail: "must be at most \(finest) with this model")
        }
        let columns = trained.data.encoding.columns
        let (x, y) = (columns[features.x].index, features.y.map { columns[$0].index })
        let shown = ExampleRole.allCases.filter(roles.contains)
        let seen = [trained.data.sets.train] + shown.compactMap { trained.examples($0) }
        grid = try PredictionGrid(
            trained.network, along: features, x: DecisionBoundaryPlot.range(of: x, seen),
            y: y.map { DecisionBoundaryPlot.range(of: $0, seen) },
            resolution: resolution ?? min(PredictionGrid.usual, finest))
        sets = shown.compactMap { role in
            trained.examples(role).map { PlottedExamples(role, $0, x: x, y: y) }
        }
        self.features = features
        task = trained.data.task
        classes = trained.data.classes
        target = DecisionBoundaryPlot.name(trained.data.specification.target)
        title = summary.title(task == .regression ? "Predicted value" : "Decision boundary")
        subtitle = JobSummary.subtitle(
            [summary.network, summary.metrics, features.note] + sets.map(\.note))
    }

    private static func name(_ target: ColumnReference?) -> String {
        switch target {
        case .name(let name): name
        case .index(let index): "column \(index)"
        case nil: "target"
        }
    }

    /// From the least to the greatest cell of a table's column, with a margin.
    private static func range(of column: Int, _ sets: [ExampleSet]) -> ClosedRange<Double> {
        var extent = Extent()
        for set in sets { extent.include(set.rows.lazy.map { set.table[Int($0), column] }) }
        if extent.isEmpty { return -1...1 }
        let span = extent.high - extent.low
        let margin = span > 0 ? span * 0.06 : max(abs(extent.low) * 0.5, 0.5)
        return (extent.low - margin)...(extent.high + margin)
    }

    package var chart: Chart {
        let names = classes.map(\.words)
        guard let y = features.y else { return curve(names) }
        let (xName, yName) = (features.name(features.x), features.name(y))
        if task == .regression {
            return ValueSurface(
                title: title, subtitle: subtitle, xName: xName, yName: yName,
                surface: Surface(x: grid.x, y: grid.y, values: grid.outputs[0], label: "predicted " + target),
                points: sets.flatMap { set in
                    set.x.indices.map { ValueSurface.Place(x: set.x[$0], y: set.y[$0], role: set.role) }
                }
            ).chart
        }
        let predictions: Regions.Predictions =
            task == .binary ? .probabilities(grid.outputs[0], threshold: 0.5) : .classProbabilities(grid.outputs)
        return DecisionBoundary(
            title: title, subtitle: subtitle, xName: xName, yName: yName, classes: names,
            regions: Regions(x: grid.x, y: grid.y, predictions: predictions),
            points: sets.flatMap { set in points(set) { set.y[$0] } }
        ).chart
    }

    /// Classes stand at the foot, the second of two at the top.
    private func curve(_ names: [String]) -> Chart {
        let isRegression = task == .regression
        let outputs = grid.outputs.enumerated().map { index, values in
            let name = isRegression ? "predicted " + target : names[task == .binary ? 1 : index]
            return PredictionCurve.Output(name: isRegression ? name : "probability of " + name, values: values)
        }
        return PredictionCurve(
            title: title, subtitle: subtitle, xName: features.name(features.x),
            yName: isRegression ? target : "probability", x: grid.x, outputs: outputs,
            yDomain: isRegression ? nil : -0.04...1.04, threshold: task == .binary ? 0.5 : nil, classes: names,
            points: sets.flatMap { set in
                points(set) { isRegression ? set.targets[$0] : task == .binary ? set.targets[$0] : 0 }
            }
        ).chart
    }

    private func points(_ set: PlottedExamples, _ vertical: (Int) -> Double) -> [ClassifiedPoint] {
        set.x.indices.map { place in
            ClassifiedPoint(
                x: set.x[place], y: vertical(place), label: task == .regression ? 0 : Int(set.targets[place]),
                role: set.role)
        }
    }

    package func writeMembers(to json: inout JSONWriter) {
        json.member("kind", "decision_boundary")
        json.member("task", task.rawValue)
        json.name("classes")
        if classes.isEmpty { json.null() } else { json.array { json in classes.forEach { $0.write(into: &json) } } }
        json.object("x") { json in
            features.writeName(features.x, to: &json)
            json.array("values") { json in grid.x.forEach { json.value($0) } }
        }
        json.name("y")
        if let y = features.y {
            json.object { json in
                features.writeName(y, to: &json)
                json.array("values") { json in grid.y.forEach { json.value($0) } }
            }
        } else {
            json.null()
        }
        features.writeHeld(to: &json)
        grid.writeOutputs(to: &json)
        json.array("sets") { json in
            for set in sets { set.write(classes: classes, hasY: features.y != nil, to: &json) }
        }
    }
}
