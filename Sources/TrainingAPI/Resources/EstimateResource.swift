import JSONDocument
import Jobs
import Perceptron

/// What a job would take, as clients see it.
struct EstimateResource: Sendable {
    let estimate: JobEstimate
    let checkpointBytes: Int
    /// Jobs that wait and run now, and as many as can run.
    let waiting: Int
    let running: Int
    let workers: Int

    func write(to json: inout JSONWriter) {
        let (size, memory, time) = (estimate.size, estimate.memory, estimate.time)
        json.object { json in
            json.member("object", "estimate")
            json.member("parameters", size.network.parameterCount)
            json.member("task", size.network.task.rawValue)
            json.member("inputs", size.network.inputs)
            json.member("outputs", size.network.outputs)
            json.object("rows") { json in
                json.member("train", size.trainRows)
                json.member("dev", size.devRows)
                json.member("test", size.testRows)
            }
            json.member("steps_per_epoch", size.stepsPerEpoch)
            json.object("seconds") { json in
                json.member("per_epoch", time.perEpoch)
                json.member("training", time.training)
                json.member("measuring", time.measuring)
                json.member("total", time.total)
            }
            json.object("memory_bytes") { json in
                json.member("parameters", TrainingMemory.whole(memory.parameters))
                json.member("moments", TrainingMemory.whole(memory.moments))
                json.member("activations", TrainingMemory.whole(memory.activations))
                json.member("total", memory.total)
                json.member("data", estimate.dataBytes)
            }
            json.object("disk_bytes") { json in
                json.member("data", estimate.dataBytes)
                json.member("checkpoints", checkpointBytes)
                json.member("network", estimate.networkBytes)
                json.member("history", estimate.historyBytes)
            }
            json.object("queue") { json in
                json.member("waiting", waiting)
                json.member("running", running)
                json.member("workers", workers)
            }
        }
    }
}
