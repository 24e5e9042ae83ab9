import Charts
import Datasets
import JSONDocument
import Perceptron

/// How often a classifier takes each class for each.
package struct ConfusionPlot: Plot {
    /// Classes of which a table is made.
    package static let mostClasses = 500

    private let title: String
    private let subtitle: String
    private let classes: [ClassLabel]
    private let examples: ScoredExamples
    private let counts: [[Int]]

    /// - Parameter role: the set, as in `ScoredExamples`.
    /// - Throws: also the `409` for more than `mostClasses`.
    package init(_ model: PlottedModel, set role: ExampleRole?) throws {
        classes = model.data.classes
        guard classes.count <= ConfusionPlot.mostClasses else {
            throw Problem(
                .wrongState,
                "The job has \(classes.count) classes; a table is made of at most \(ConfusionPlot.mostClasses).")
        }
        examples = try ScoredExamples(model, set: role)
        var counts = [[Int]](repeating: [Int](repeating: 0, count: classes.count), count: classes.count)
        let width = model.network.shape.outputs
        for (example, truth) in examples.classes.enumerated() {
            let outputs = examples.outputs[example * width..<(example + 1) * width]
            guard let predicted = model.data.task.predictedClass(outputs) else { continue }
            counts[truth][predicted] += 1
        }
        self.counts = counts
        title = model.summary.title("Confusion matrix")
        subtitle = JobSummary.subtitle([
            model.summary.network, examples.note, "shade and per cent: share of the true class",
        ])
    }

    package var chart: Chart {
        ConfusionMatrix(title: title, subtitle: subtitle, classes: classes.map(\.words), counts: counts).chart
    }

    package func writeMembers(to json: inout JSONWriter) {
        json.member("kind", "confusion")
        examples.writeMembers(to: &json)
        json.array("classes") { json in classes.forEach { $0.write(into: &json) } }
        json.array("counts") { json in
            for row in counts { json.array { json in row.forEach { json.value($0) } } }
        }
    }
}
