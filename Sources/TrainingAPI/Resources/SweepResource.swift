import JSONDocument
import Jobs

/// A sweep as clients see it.
struct SweepResource: Sendable {
    let progress: SweepProgress
    let oneStandardError: TrialProgress?
    let final: Job?

    func write(to json: inout JSONWriter) {
        let specification = progress.specification
        json.object { json in
            SweepResource.writeSummary(of: progress.sweep, to: &json)
            json.object("progress") { json in
                json.member("jobs_done", progress.jobsDone)
                json.member("jobs_planned", specification.plannedJobs)
                json.member("trials_done", progress.trialsDone)
                json.member("trials_planned", specification.settings.trials)
            }
            json.name("settings")
            specification.writeSettings(to: &json)
            json.array("trials") { json in progress.trials.forEach { write($0, to: &json) } }
            json.array("curves") { json in progress.curves.forEach { $0.write(to: &json) } }
            writeChoice("best", progress.best, to: &json)
            writeChoice("one_standard_error", oneStandardError, to: &json)
            json.name("final")
            if let final { write(final, to: &json) } else { json.null() }
        }
    }

    /// What can be told without looking at jobs, as members of an object that the caller has open.
    static func writeSummary(of sweep: Sweep, to json: inout JSONWriter) {
        json.member("id", sweep.id.description)
        json.member("object", "sweep")
        json.member("name", sweep.name)
        json.member("owner", sweep.owner)
        json.member("status", sweep.status.rawValue)
        json.member("created_at", sweep.createdAt.description)
        json.member("finished_at", sweep.finishedAt?.description)
        json.member("stop_reason", sweep.stopReason)
        json.member("request_id", sweep.origin?.requestID)
        json.member("trace_parent", sweep.origin?.traceParent)
        json.name("error")
        if let failure = sweep.failure { failure.write(to: &json) } else { json.null() }
    }

    private func write(_ trial: TrialProgress, to json: inout JSONWriter) {
        json.object { json in
            json.member("number", trial.number)
            json.member("state", trial.state.rawValue)
            writeParameters(of: trial, to: &json)
            json.name("score")
            write(trial.score, to: &json)
            json.member("network_parameters", trial.parameterCount)
            json.array("rungs") { json in
                for rung in trial.rungs {
                    json.object { json in
                        json.member("epochs", rung.epochs)
                        json.name("score")
                        write(rung.score, to: &json)
                        json.array("runs") { json in
                            for (run, score) in zip(rung.runs, rung.scores) {
                                json.object { json in
                                    json.member("job", run?.id.description)
                                    json.member("status", run?.status.rawValue)
                                    json.member("score", score)
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    private func write(_ score: TrialScore?, to json: inout JSONWriter) {
        if let score { score.write(to: &json) } else { json.null() }
    }

    private func writeParameters(of trial: TrialProgress, to json: inout JSONWriter) {
        json.object("parameters") { json in
            for (dimension, value) in zip(progress.specification.settings.dimensions, trial.values) {
                json.name(dimension.parameter.rawValue)
                json.raw(value.json)
            }
        }
    }

    private func writeChoice(_ name: String, _ trial: TrialProgress?, to json: inout JSONWriter) {
        json.name(name)
        guard let trial else { return json.null() }
        json.object { json in
            json.member("trial", trial.number)
            writeParameters(of: trial, to: &json)
            json.name("score")
            write(trial.score, to: &json)
        }
    }

    private func write(_ job: Job, to json: inout JSONWriter) {
        json.object { json in
            json.member("job", job.id.description)
            json.member("status", job.status.rawValue)
            json.member("epochs", job.epochs)
            json.object("metrics") { json in
                json.member("train", job.result?.train)
                json.member("dev", job.result?.dev)
                json.member("test", job.result?.test)
            }
        }
    }
}

extension Sweep {
    /// Why it ended: `completed`, `time_limit` or `cancelled`; null before that, and where it failed otherwise.
    fileprivate var stopReason: String? {
        switch status {
        case .running, .cancelling: nil
        case .cancelled: "cancelled"
        case .succeeded, .failed: searchEnd?.rawValue ?? (status == .succeeded ? "completed" : nil)
        }
    }
}

extension TrialScore {
    /// Writes a score.
    func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("mean", mean)
            json.member("standard_error", standardError)
        }
    }
}

extension ScoreCurve {
    fileprivate func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("parameter", dimension.parameter.rawValue)
            json.member("scale", dimension.scaleWord)
            writePoints(to: &json)
        }
    }

    /// Writes `points` as a member of an object that the caller has open.
    func writePoints(to json: inout JSONWriter) {
        json.array("points") { json in
            for point in points {
                json.object { json in
                    json.name("value")
                    json.raw(point.value.json)
                    json.member("mean", point.mean)
                    json.member("standard_error", point.standardError)
                    json.member("trials", point.trials)
                }
            }
        }
    }
}

extension SearchDimension {
    /// How the values are best laid out: `linear` and `log` for numbers, `list` for others.
    var scaleWord: String {
        switch candidates {
        case .range(let scale, _, _, _): scale.rawValue
        case .values(let values): values.allSatisfy { $0.number != nil } ? Scale.linear.rawValue : "list"
        }
    }
}

extension SweepMembership {
    /// Writes the `sweep` of a job.
    func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("id", sweep.description)
            switch place {
            case .trial(let trial, let rung, let fold):
                json.member("role", "trial")
                json.member("trial", trial)
                json.member("rung", rung)
                json.member("fold", fold)
            case .final:
                json.member("role", "final")
                for name in ["trial", "rung", "fold"] { json.member(name, Int?.none) }
            }
        }
    }
}
