import Charts
import JSONDocument
import Perceptron

/// How large the gradient is in each layer, in the epochs in which the run was probed.
package struct GradientsPlot: Plot {
    /// Epochs that are drawn, the first and the last among them; the document has all.
    package static let mostEpochs = 6

    private let title: String
    private let subtitle: String
    private let rows: [HistoryRow]

    /// The probed ones of `history`.
    /// - Throws: the `409` where there is none.
    package init(_ history: [HistoryRow], summary: JobSummary) throws {
        rows = history.filter { !$0.layers.isEmpty }
        guard !rows.isEmpty else {
            throw Problem(
                .wrongState,
                "The job has no statistics by layer: it was not monitored, or has not been looked at yet.")
        }
        title = summary.title("Gradient norms")
        subtitle = JobSummary.subtitle([
            summary.network, "output layer last",
            rows.count > GradientsPlot.mostEpochs ? "\(GradientsPlot.mostEpochs) of \(rows.count) probed epochs" : "",
        ])
    }

    package var chart: Chart {
        let drawn = min(rows.count, GradientsPlot.mostEpochs)
        let places = (0..<drawn).map { drawn == 1 ? 0 : $0 * (rows.count - 1) / (drawn - 1) }
        return GradientNorms(
            title: title, subtitle: subtitle,
            series: places.map { place in
                GradientNorms.Series(
                    name: "epoch \(NumberLabel.grouped(rows[place].epoch))",
                    norms: rows[place].layers.map(\.gradientNorm))
            }
        ).chart
    }

    package func writeMembers(to json: inout JSONWriter) {
        json.member("kind", "gradients")
        json.array("epochs") { json in rows.forEach { json.value($0.epoch) } }
        json.array("layers") { json in
            for layer in rows[0].layers.indices {
                json.array { json in rows.forEach { json.value($0.layers[layer].gradientNorm) } }
            }
        }
    }
}
