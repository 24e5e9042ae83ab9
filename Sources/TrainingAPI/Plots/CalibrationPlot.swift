import Charts
import Datasets
import Evaluation
import JSONDocument

/// Whether a classifier's probabilities can be believed, one class against the rest.
package struct CalibrationPlot: Plot {
    /// How many bins may be asked for.
    package static let binCounts = 2...50

    private let title: String
    private let subtitle: String
    private let label: ClassLabel
    private let examples: ScoredExamples
    private let calibration: Calibration

    /// - Parameters:
    ///   - role: the set, as in `ScoredExamples`.
    ///   - label: the class as it is written; nil for the second of two, or the first of more.
    package init(_ trained: TrainedJob, set role: ExampleRole?, class label: String?, bins: Int) throws {
        examples = try ScoredExamples(trained, set: role)
        let classes = trained.data.classes
        let number = label.map { label in classes.firstIndex { $0.words == label } } ?? (classes.count == 2 ? 1 : 0)
        guard let number else {
            let known = classes.prefix(10).map { $0.words.prefix(40) }.joined(separator: ", ")
            let more = classes.count > 10 ? ", …" : ""
            throw Faults(
                pointer: "/query/class", detail: "is not a class of this model, which has \(known)\(more)")
        }
        calibration = try Calibration(of: trained.network, on: examples.examples, class: number, bins: bins)
        self.label = classes[number]
        let summary = try JobSummary(trained.job)
        title = summary.title("Calibration")
        subtitle = JobSummary.subtitle([
            summary.network, "class \(classes[number].words)", examples.note,
            "Brier score \(NumberLabel.short(calibration.brierScore ?? .nan))",
            "expected calibration error \(NumberLabel.short(calibration.expectedError ?? .nan))",
        ])
    }

    package var chart: Chart {
        let bins = calibration.bins.enumerated().map { index, bin in
            CalibrationCurve.Bin(
                lower: calibration.bounds(of: index).lower, upper: calibration.bounds(of: index).upper,
                meanPredicted: bin.meanProbability ?? .nan, observedShare: bin.shareOfPositives ?? .nan,
                count: bin.count)
        }
        return CalibrationCurve(title: title, subtitle: subtitle, bins: bins).chart
    }

    package func writeMembers(to json: inout JSONWriter) {
        json.member("kind", "calibration")
        examples.writeMembers(to: &json)
        json.name("class")
        label.write(into: &json)
        json.member("brier_score", calibration.brierScore)
        json.member("expected_calibration_error", calibration.expectedError)
        calibration.writeBins(to: &json)
    }
}
