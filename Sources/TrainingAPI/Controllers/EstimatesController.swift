import HTTPDaemon
import JSONDocument
import Jobs
import Perceptron

/// Tells of a job or a sweep whether it would be accepted, and what it would take. Nothing is queued or kept.
struct EstimatesController: Sendable {
    let service: TrainingService

    func validateJob(_ request: RoutedRequest) throws -> HTTPResponse {
        let asked = service.jobRequest(try service.document(request))
        return try service.trying {
            let (plan, table) = try service.plan(asked, for: request.caller)
            let weights = try plan.network.initialLayers.map {
                try InitialWeightsArchive.hash(of: $0, in: plan.network)
            }
            let answer = HTTPResponse.json(200) { json in
                json.object { json in
                    json.member("object", "job_validation")
                    json.member("parameters", plan.network.parameterCount)
                    json.name("settings")
                    json.raw(plan.settings(initialWeightsHash: weights))
                }
            }
            return (answer, table)
        }
    }

    func estimateJob(_ request: RoutedRequest) throws -> HTTPResponse {
        let asked = service.jobRequest(try service.document(request), for: .estimate)
        if let data = asked.description {
            return try answer(
                JobEstimate(RunSize(asked, limits: service.limits.jobs), dataBytes: data.tableBytes))
        }
        return try service.trying {
            let (plan, table) = try service.plan(asked, for: request.caller)
            let cells = plan.data.sets.train.table
            let bytes = cells.rows * cells.columns * (cells.element == .float32 ? 4 : 8)
            return (try answer(JobEstimate(plan.size, dataBytes: bytes)), table)
        }
    }

    func validateSweep(_ request: RoutedRequest) throws -> HTTPResponse {
        let asked = service.sweepRequest(try service.document(request))
        return try service.trying {
            let (specification, table) = try service.specification(asked, for: request.caller)
            let answer = HTTPResponse.json(200) { json in
                json.object { json in
                    json.member("object", "sweep_validation")
                    json.member("trials", specification.settings.trials)
                    json.member("jobs", specification.plannedJobs)
                    json.name("settings")
                    specification.writeSettings(to: &json)
                }
            }
            return (answer, table)
        }
    }

    private func answer(_ estimate: JobEstimate) throws -> HTTPResponse {
        let resource = EstimateResource(
            estimate: estimate, checkpointBytes: estimate.checkpointBytes(every: service.checkpointInterval),
            waiting: try service.store.queuedCount(), running: service.pool.runningCount,
            workers: service.pool.workers)
        return .json(200) { resource.write(to: &$0) }
    }
}

extension TrainingService {
    /// Runs `body`, which takes data in as if to keep it, and lets go of it.
    fileprivate func trying<Value>(
        _ body: () throws -> (Value, table: (hash: String, content: StoredContent?))
    ) throws -> Value {
        let (value, table) = try custody.takingIn(body)
        if table.content == nil { custody.released(table: table.hash) }
        return value
    }
}
