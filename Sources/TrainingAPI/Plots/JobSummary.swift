import Charts
import JSONDocument
import Jobs
import Perceptron

/// A job in few words: what stands above its plots.
package struct JobSummary: Sendable {
    private let name: String?
    /// Layers and what restrains them: "2-20-3-1 · L2 λ = 0.7 · keep_prob 0.86".
    package let network: String
    /// The final metrics by set: "accuracy: train 95.7 %, test 93 %"; empty without.
    package let metrics: String

    /// Reads the settings of `job`.
    package init(_ job: Job) throws {
        let settings = try JSONDocument.parse(job.settings).root
        name = job.name
        network = JobSummary.network(settings)
        metrics = JobSummary.metrics(job.result)
    }

    /// The heading of a plot that shows `what`.
    package func title(_ what: String) -> String { name.map { "\(what): \($0)" } ?? what }

    /// A subtitle of those `parts` that say anything.
    package static func subtitle(_ parts: [String]) -> String {
        parts.filter { !$0.isEmpty }.joined(separator: " · ")
    }

    private static func network(_ settings: JSONNode) -> String {
        let data = settings["data"]
        let network = settings["network"]
        let training = settings["training"]
        let hidden = network?["hidden_layers"]?.elements.compactMap(\.integer) ?? []
        let inputs = data?["inputs"]?.integer ?? 0
        let outputs = data?["task"]?.string == Task.multiclass.rawValue ? data?["classes"]?.count ?? 1 : 1
        let middle = hidden.count > 6 ? ["…"] : hidden.map(String.init)
        var parts = [([String(inputs)] + middle + [String(outputs)]).joined(separator: "-")]
        if hidden.count > 6 { parts.append("\(hidden.count) hidden layers") }
        if network?["batch_norm"]?.boolean == true { parts.append("batch normalisation") }
        for (name, word) in [("l2_lambda", "L2"), ("l1_lambda", "L1")] {
            guard let lambda = training?[name]?.number, lambda > 0 else { continue }
            parts.append("\(word) λ = \(NumberLabel.plain(lambda))")
        }
        let kept = network?["keep_prob"]?.elements.compactMap(\.number) ?? []
        if kept.contains(where: { $0 < 1 }) {
            let different = Set(kept).count == 1 ? kept.prefix(1) : kept[...]
            parts.append("keep_prob " + different.map(NumberLabel.plain).joined(separator: ", "))
        }
        if let kept = network?["input_keep_prob"]?.number, kept < 1 {
            parts.append("input_keep_prob \(NumberLabel.plain(kept))")
        }
        return parts.joined(separator: " · ")
    }

    private static func metrics(_ result: JobResult?) -> String {
        let sets = [("train", result?.train), ("dev", result?.dev), ("test", result?.test)]
        let accuracies = sets.compactMap { name, metrics in
            metrics?.accuracy.map { "\(name) \(NumberLabel.percent($0))" }
        }
        if !accuracies.isEmpty { return "accuracy: " + accuracies.joined(separator: ", ") }
        let errors = sets.compactMap { name, metrics in metrics?.rmse.map { "\(name) \(NumberLabel.short($0))" } }
        return errors.isEmpty ? "" : "rmse: " + errors.joined(separator: ", ")
    }
}
