import Charts
import Datasets
import JSONDocument
import Perceptron

/// Whether a classifier's probabilities can be believed, one class against the rest.
package struct CalibrationPlot: Plot {
    /// How many bins may be asked for.
    package static let binCounts = 2...50

    private let title: String
    private let subtitle: String
    private let label: ClassLabel
    private let examples: ScoredExamples
    private let reliability: Reliability

    /// - Parameters:
    ///   - role: the set, as in `ScoredExamples`.
    ///   - label: the class as it is written; nil for the second of two, or the first of more.
    package init(_ model: PlottedModel, set role: ExampleRole?, class label: String?, bins: Int) throws {
        examples = try ScoredExamples(model, set: role)
        let classes = model.data.classes
        let number = label.map { label in classes.firstIndex { $0.words == label } } ?? (classes.count == 2 ? 1 : 0)
        guard let number else {
            let known = classes.prefix(10).map { $0.words.prefix(40) }.joined(separator: ", ")
            let more = classes.count > 10 ? ", …" : ""
            throw Faults(
                pointer: "/query/class", detail: "is not a class of this model, which has \(known)\(more)")
        }
        let outputs = examples.outputs
        let probabilities = examples.classes.indices.map { example in
            switch model.data.task {
            case .multiclass: outputs[example * model.network.shape.outputs + number]
            case .binary, .regression: number == 1 ? outputs[example] : 1 - outputs[example]
            }
        }
        reliability = Reliability(
            probabilities: probabilities, truths: examples.classes.map { $0 == number }, bins: bins)
        self.label = classes[number]
        title = model.summary.title("Calibration")
        subtitle = JobSummary.subtitle([
            model.summary.network, "class \(classes[number].words)", examples.note,
            "Brier score \(NumberLabel.short(reliability.brierScore))",
            "expected calibration error \(NumberLabel.short(reliability.calibrationError))",
        ])
    }

    package var chart: Chart { CalibrationCurve(title: title, subtitle: subtitle, bins: reliability.bins).chart }

    package func writeMembers(to json: inout JSONWriter) {
        json.member("kind", "calibration")
        examples.writeMembers(to: &json)
        json.name("class")
        label.write(into: &json)
        json.member("brier_score", reliability.brierScore)
        json.member("expected_calibration_error", reliability.calibrationError)
        json.array("bins") { json in
            for bin in reliability.bins {
                json.object { json in
                    json.member("lower", bin.lower)
                    json.member("upper", bin.upper)
                    json.member("count", bin.count)
                    json.member("mean_predicted", bin.meanPredicted)
                    json.member("observed_share", bin.observedShare)
                }
            }
        }
    }
}
