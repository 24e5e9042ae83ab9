import Charts
import Datasets
import Evaluation
import JSONDocument

/// How often a classifier takes each class for each.
package struct ConfusionPlot: Plot {
    /// Classes of which a table is made.
    package static let mostClasses = 500

    private let title: String
    private let subtitle: String
    private let classes: [ClassLabel]
    private let examples: ScoredExamples
    private let counts: [[Double]]

    /// - Parameter role: the set, as in `ScoredExamples`.
    /// - Throws: also the `409` for more than `mostClasses`.
    package init(_ trained: TrainedJob, set role: ExampleRole?) throws {
        let classes = trained.data.classes
        guard classes.count <= ConfusionPlot.mostClasses else {
            throw Problem(
                .wrongState,
                "The job has \(classes.count) classes; a table is made of at most \(ConfusionPlot.mostClasses).")
        }
        examples = try ScoredExamples(trained, set: role)
        guard let matrix = try ConfusionTally(of: trained.network, on: examples.examples).matrix else {
            throw Problem.failure
        }
        counts = classes.indices.map { row in Array(matrix[row * classes.count..<(row + 1) * classes.count]) }
        self.classes = classes
        let summary = try JobSummary(trained.job)
        title = summary.title("Confusion matrix")
        subtitle = JobSummary.subtitle([
            summary.network, examples.note, "shade and per cent: share of the true class",
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
            for row in counts { json.array { json in row.forEach { json.count($0) } } }
        }
    }
}
