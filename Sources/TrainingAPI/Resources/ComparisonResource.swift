import Evaluation
import JSONDocument
import Jobs

/// Some jobs side by side: where their settings differ, and how each did.
struct ComparisonResource {
    /// One job.
    struct Column {
        let job: Job
        let settings: JSONNode
        /// Norms of the weights, layer by layer; nil where there are none.
        let norms: [WeightNorms]?
        let now: Timestamp
    }

    let columns: [Column]

    func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("object", "comparison")
            json.array("jobs") { json in columns.forEach { $0.write(to: &json) } }
            json.array("differences") { json in
                for difference in SettingsDifference.all(between: columns.map(\.settings)) {
                    json.object { json in
                        json.member("pointer", difference.pointer)
                        json.array("values") { json in
                            for value in difference.values {
                                if let value { json.value(value) } else { json.null() }
                            }
                        }
                    }
                }
            }
        }
    }
}

extension ComparisonResource.Column {
    fileprivate func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("id", job.id.description)
            json.member("name", job.name)
            json.member("status", job.status.rawValue)
            json.member("stop_reason", job.stopReason?.rawValue)
            json.member("epochs", job.result?.epochs)
            json.member("parameters", job.parameterCount)
            json.object("timing") { json in
                let leftQueue = job.startedAt ?? job.finishedAt ?? now
                json.member("queued_seconds", max(0, leftQueue.seconds(since: job.createdAt)))
                json.member("training_seconds", job.result?.trainingSeconds)
            }
            json.object("metrics") { json in
                json.member("train", job.result?.train)
                json.member("dev", job.result?.dev)
                json.member("test", job.result?.test)
            }
            json.name("layers")
            guard let norms else { return json.null() }
            json.array { json in
                for (layer, norms) in norms.enumerated() {
                    json.object { json in
                        json.member("layer", layer + 1)
                        json.member("weights", norms.count)
                        json.member("l1", norms.l1)
                        json.member("l2", norms.l2)
                        json.member("max", norms.largest)
                        json.member("near_zero_share", norms.nearZeroShare)
                    }
                }
            }
        }
    }
}
