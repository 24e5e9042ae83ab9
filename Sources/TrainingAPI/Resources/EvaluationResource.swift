import Charts
import Datasets
import Evaluation
import JSONDocument
import Perceptron

/// The answer of an evaluation.
struct EvaluationResource {
    let trained: TrainedJob
    /// What the penalties add to the loss.
    let penalty: Double
    /// The probability above which `binary` is taken for the second class.
    let threshold: Double
    var sets: [(role: ExampleRole, examples: ExampleSet, evaluation: SetEvaluation)] = []

    private var task: Task { trained.plan.data.task }
    private var classes: [ClassLabel] { trained.plan.data.classes }

    func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("object", "evaluation")
            json.member("job", trained.job.id.description)
            json.member("task", task.rawValue)
            json.name("classes")
            if task == .regression {
                json.null()
            } else {
                json.array { json in classes.forEach { $0.write(into: &json) } }
            }
            json.member("threshold", task == .binary ? threshold : nil)
            json.object("sets") { json in
                for role in ExampleRole.allCases {
                    json.name(role.rawValue)
                    if let set = sets.first(where: { $0.role == role }) {
                        write(set.evaluation, to: &json)
                    } else {
                        json.null()
                    }
                }
            }
            json.array("hardest") { json in
                for example in hardest { write(example, to: &json) }
            }
        }
    }

    private func write(_ evaluation: SetEvaluation, to json: inout JSONWriter) {
        json.object { json in
            json.member("count", evaluation.count)
            json.member("loss", evaluation.loss)
            json.member("cost", evaluation.loss.map { $0 + penalty })
            switch evaluation.metrics {
            case .classification(let metrics): metrics.writeMembers(to: &json, classes: classes)
            case .regression(let metrics): metrics.writeMembers(to: &json)
            }
        }
    }

    // MARK: Hardest examples

    private typealias Hardest = (set: ExampleRole, row: Int, example: HardExample)

    /// Of all sets, the largest loss first; of equal ones in the order of the sets.
    private var hardest: [Hardest] {
        let all = sets.flatMap { role, examples, evaluation in
            evaluation.hardest.map { (set: role, row: trained.row($0.place, of: role, examples), example: $0) }
        }
        return all.enumerated().sorted { a, b in
            a.element.example.loss == b.element.example.loss
                ? a.offset < b.offset : a.element.example.loss > b.element.example.loss
        }.map(\.element)
    }

    private func write(_ hard: Hardest, to json: inout JSONWriter) {
        let outputs = hard.example.outputs
        json.object { json in
            json.member("set", hard.set.rawValue)
            json.member("row", hard.row)
            json.member("loss", hard.example.loss)
            json.name("target")
            write(label: Int(exactly: hard.example.target) ?? 0, value: hard.example.target, to: &json)
            json.object("prediction") { json in
                switch task {
                case .regression: json.member("value", outputs.first)
                case .binary:
                    json.member("probability", outputs.first)
                    json.name("class")
                    write(label: (outputs.first ?? 0) > threshold ? 1 : 0, value: .nan, to: &json)
                case .multiclass:
                    json.array("probabilities") { json in outputs.forEach { json.value($0) } }
                    json.name("class")
                    write(label: task.predictedClass(outputs) ?? 0, value: .nan, to: &json)
                }
            }
        }
    }

    /// The class, or in regression the value.
    private func write(label: Int, value: Double, to json: inout JSONWriter) {
        if classes.indices.contains(label) { classes[label].write(into: &json) } else { json.value(value) }
    }
}
