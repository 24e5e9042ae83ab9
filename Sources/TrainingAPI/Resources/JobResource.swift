import JSONDocument
import Jobs
import Perceptron

/// A job as clients see it: what the store knows, and while it runs what its worker knows.
struct JobResource: Sendable {
    let job: Job
    /// The live view, if a worker has the job now.
    let progress: TrainingProgress?
    let now: Timestamp

    func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("id", job.id.description)
            json.member("object", "job")
            json.member("name", job.name)
            json.member("owner", job.owner)
            json.name("sweep")
            if let sweep = job.sweep { sweep.write(to: &json) } else { json.null() }
            json.member("status", job.status.rawValue)
            json.member("created_at", job.createdAt.description)
            json.member("started_at", job.startedAt?.description)
            json.member("finished_at", job.finishedAt?.description)
            json.member("stop_reason", job.stopReason?.rawValue)
            json.name("progress")
            writeProgress(to: &json)
            json.object("metrics") { json in
                json.member("train", job.result?.train ?? progress?.latest?.train)
                json.member("dev", job.result?.dev ?? progress?.latest?.dev)
                json.member("test", job.result?.test)
            }
            json.name("best")
            if let best = job.result?.best {
                json.object { json in
                    json.member("epoch", best.epoch)
                    json.member("dev_loss", best.devLoss)
                }
            } else {
                json.null()
            }
            json.object("timing") { json in
                let leftQueue = job.startedAt ?? job.finishedAt ?? now
                json.member("queued_seconds", max(0, leftQueue.seconds(since: job.createdAt)))
                json.member("training_seconds", job.result?.trainingSeconds)
            }
            json.name("settings")
            json.raw(job.settings)
            json.member("parameters", job.parameterCount)
            json.array("alarms") { json in job.alarms.forEach { $0.write(to: &json) } }
            json.member("request_id", job.origin?.requestID)
            json.member("trace_parent", job.origin?.traceParent)
            json.name("error")
            if let failure = job.failure { failure.write(to: &json) } else { json.null() }
        }
    }

    private func writeProgress(to json: inout JSONWriter) {
        let done = job.result?.epochs
        let epoch = done ?? progress?.epoch ?? 0
        json.object { json in
            json.member("epoch", epoch)
            json.member("epochs", job.epochs)
            json.member(
                "fraction", done.map { min(1, Double($0) / Double(job.epochs)) } ?? progress?.fraction ?? 0)
            json.member("seconds_per_epoch", progress?.secondsPerEpoch ?? secondsPerEpoch)
            json.member("eta_seconds", job.status.isTerminal ? nil : progress?.etaSeconds)
        }
    }

    /// The average over the epochs of a finished job.
    private var secondsPerEpoch: Double? {
        guard let result = job.result, result.epochs > 0 else { return nil }
        return result.trainingSeconds / Double(result.epochs)
    }
}

extension JobFailure {
    /// Writes the failure as a problem, with the status that a request would have failed with.
    func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("type", "/problems/\(code)")
            json.member("title", title)
            json.member("status", status)
            json.member("detail", detail)
            json.member("code", code)
            json.array("errors") { _ in }
            json.member("epoch", epoch)
            json.member("step", step)
        }
    }

    private var status: Int {
        code == "diverged" || code == "alarm" ? 422 : (ProblemCode(rawValue: code) ?? .internal).status
    }
}
