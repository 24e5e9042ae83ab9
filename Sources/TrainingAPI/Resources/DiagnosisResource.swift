import Diagnosis
import JSONDocument
import Jobs
import Perceptron

extension Diagnosis {
    /// Writes the answer of a diagnosis of `job`.
    func write(to json: inout JSONWriter, job: Job) {
        json.object { json in
            json.member("object", "diagnosis")
            json.member("job", job.id.description)
            json.member("verdict", verdict.rawValue)
            json.member("summary", summary)
            json.member("measure", measure.rawValue)
            json.member("base_error", baseError)
            json.object("errors") { json in
                for (name, error) in [("train", train), ("dev", dev), ("test", test)] {
                    json.name(name)
                    if let error { error.write(to: &json) } else { json.null() }
                }
            }
            for (name, gap) in [
                ("avoidable_bias", avoidableBias), ("variance", variance), ("dev_test_gap", devTestGap),
            ] {
                json.name(name)
                if let gap { gap.write(to: &json) } else { json.null() }
            }
            json.object("learning_curve") { json in
                json.member("epochs", curve.epochs)
                json.member("best_epoch", curve.bestEpoch)
                for (name, trend) in [("train", curve.train), ("dev", curve.dev)] {
                    json.name(name)
                    if let trend { trend.write(to: &json) } else { json.null() }
                }
                json.member("stopped_too_early", stoppedTooEarly)
                json.member("overfitting", curve.isOverfitting)
            }
            json.array("alarms") { json in job.alarms.forEach { $0.write(to: &json) } }
            json.array("suggestions") { json in suggestions.forEach { $0.write(to: &json) } }
        }
    }
}

extension MeasuredError {
    fileprivate func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("error", value)
            json.member("interval", interval)
            json.member("examples", examples)
        }
    }
}

extension Gap {
    fileprivate func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("value", value)
            json.member("interval", interval)
            json.member("threshold", threshold)
            json.member("level", level.rawValue)
        }
    }
}

extension Trend {
    fileprivate func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("direction", direction.rawValue)
            json.member("change", change)
            json.member("noise", noise)
        }
    }
}

extension Suggestion {
    fileprivate func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("action", action.rawValue)
            json.member("field", field)
            for (name, value) in [("from", from), ("to", to)] {
                json.name(name)
                if let value { value.write(to: &json) } else { json.null() }
            }
            json.member("why", why)
            json.member("sentence", sentence)
        }
    }
}

extension Suggestion.Value {
    /// Writes the value as a job's document has it.
    fileprivate func write(to json: inout JSONWriter) {
        switch self {
        case .number(let number): json.value(number)
        case .integer(let number): json.value(number)
        case .numbers(let numbers): json.array { json in numbers.forEach { json.value($0) } }
        case .integers(let numbers): json.array { json in numbers.forEach { json.value($0) } }
        case .word(let word): json.value(word)
        case .split(let split):
            json.object { json in
                json.member("train", split.train)
                json.member("dev", split.dev)
                json.member("test", split.test)
            }
        case .network(let network):
            json.object { json in
                json.array("hidden_layers") { json in network.units.forEach { json.value($0) } }
                json.member("input_keep_prob", network.inputKeepProb)
                json.member("batch_norm", network.batchNorm)
                json.member("initializer", network.initializer.rawValue)
            }
        case .earlyStopping(let stopping):
            json.object { json in
                json.member("monitor", stopping.monitor.rawValue)
                json.member("patience", stopping.patience)
                json.member("min_delta", stopping.minDelta)
                json.member("restore_best", stopping.restoreBest)
            }
        case .noise(let deviation):
            json.object { json in json.object("noise") { $0.member("std", deviation) } }
        }
    }
}

extension JSONWriter {
    /// Writes a member with the two ends of an interval, or null.
    fileprivate mutating func member(_ name: String, _ interval: ConfidenceInterval?) {
        self.name(name)
        guard let interval else { return null() }
        array { json in
            json.value(interval.lower)
            json.value(interval.upper)
        }
    }
}
