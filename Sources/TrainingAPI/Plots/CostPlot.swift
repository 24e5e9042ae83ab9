import Charts
import JSONDocument
import Jobs
import Perceptron

/// A job's learning curve, as far as it has come.
package struct CostPlot: Plot {
    /// How cost and loss are spread over their axis.
    package enum Scale: String, CaseIterable, Sendable {
        case linear, log
    }

    private let history: [HistoryRow]
    private let curve: LearningCurve

    /// The curve of `history`, the rows of `job` in their order.
    package init(_ history: [HistoryRow], of job: Job, summary: JobSummary, scale: Scale) {
        self.history = history
        let isRegression = history.first?.train.rmse != nil
        func values(_ value: (HistoryRow) -> Double?) -> Curve {
            let known = history.compactMap { row in value(row).map { (Double(row.epoch), $0) } }
            return Curve(x: known.map(\.0), y: known.map(\.1))
        }
        curve = LearningCurve(
            title: summary.title("Learning curve"),
            subtitle: JobSummary.subtitle([summary.network, CostPlot.progress(job, history)]),
            cost: values(\.stepCost), trainLoss: values(\.train.loss), devLoss: values(\.dev?.loss),
            metric: history.isEmpty ? "" : isRegression ? "rmse" : "accuracy",
            trainMetric: values { $0.train.accuracy ?? $0.train.rmse },
            devMetric: values { $0.dev?.accuracy ?? $0.dev?.rmse },
            bestEpoch: job.result?.best.map { Double($0.epoch) }, isLogarithmic: scale == .log)
    }

    package var chart: Chart { curve.chart }

    private static func progress(_ job: Job, _ history: [HistoryRow]) -> String {
        let epochs = job.result?.epochs ?? history.last?.epoch ?? 0
        let done = "\(NumberLabel.grouped(epochs)) of \(NumberLabel.grouped(job.epochs)) epochs"
        return "\(job.status.rawValue) after \(done)"
    }

    package func writeMembers(to json: inout JSONWriter) {
        json.member("kind", "cost")
        json.member("best_epoch", curve.bestEpoch.map { Int($0) })
        json.array("epoch") { json in history.forEach { json.value($0.epoch) } }
        json.array("step_cost") { json in history.forEach { json.value($0.stepCost ?? .nan) } }
        json.name("train")
        write(history.map(\.train), to: &json)
        json.name("dev")
        if history.contains(where: { $0.dev != nil }) { write(history.map(\.dev), to: &json) } else { json.null() }
    }

    private func write(_ metrics: [SetMetrics?], to json: inout JSONWriter) {
        json.object { json in
            json.array("loss") { json in metrics.forEach { json.value($0?.loss ?? .nan) } }
            json.array("cost") { json in metrics.forEach { json.value($0?.cost ?? .nan) } }
            let isRegression = metrics.contains { $0?.rmse != nil }
            json.array(isRegression ? "rmse" : "accuracy") { json in
                metrics.forEach { json.value($0?.accuracy ?? $0?.rmse ?? .nan) }
            }
        }
    }
}
