import JSONDocument
import Perceptron

extension SetMetrics {
    /// Writes one set's metrics: what the task has, and nothing that it has not.
    func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("loss", loss)
            json.member("cost", cost)
            if let accuracy { json.member("accuracy", accuracy) }
            if let rmse {
                json.member("rmse", rmse)
                json.member("r2", r2)
            }
        }
    }
}

extension JSONWriter {
    /// Writes a member with a set's metrics, or null.
    mutating func member(_ name: String, _ metrics: SetMetrics?) {
        self.name(name)
        if let metrics { metrics.write(to: &self) } else { null() }
    }
}

extension HistoryRow {
    /// Writes one row of the learning curve.
    func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("epoch", epoch)
            json.member("step_cost", stepCost)
            json.member("train", train)
            json.member("dev", dev)
            json.member("learning_rate", learningRate)
            json.member("gradient_norm", gradientNorm)
        }
    }
}
