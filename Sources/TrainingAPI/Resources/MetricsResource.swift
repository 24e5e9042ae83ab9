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
    /// Writes one row of the learning curve; with what a probe found of each layer, if that is wanted.
    func write(to json: inout JSONWriter, withLayers: Bool) {
        json.object { json in
            json.member("epoch", epoch)
            json.member("step_cost", stepCost)
            json.member("train", train)
            json.member("dev", dev)
            json.member("learning_rate", learningRate)
            json.member("gradient_norm", gradientNorm)
            guard withLayers else { return }
            json.name("layers")
            if layers.isEmpty { json.null() } else { json.array { json in layers.forEach { $0.write(to: &json) } } }
        }
    }
}

extension LayerStatistics {
    /// Writes what a probe found of one layer.
    fileprivate func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("gradient_norm", gradientNorm)
            json.member("delta_norm", deltaNorm)
            json.member("weight_norm", weightNorm)
            json.member("update_ratio", updateRatio)
            json.member("activation_mean", activationMean)
            json.member("activation_std", activationDeviation)
            json.member("dead_units", deadShare)
            json.member("saturated_units", saturatedShare)
        }
    }
}
