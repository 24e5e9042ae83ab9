import HTTPDaemon
import JSONDocument
import Jobs

/// Submit, list, look at, cancel and forget jobs.
struct JobsController: Sendable {
    let service: TrainingService

    func submit(_ request: RoutedRequest) throws -> HTTPResponse {
        let job = try service.submit(JSONDocument.parse(request.bytes).root)
        return answer(202, job, headers: [("Location", "/v1/jobs/\(job.id)")])
    }

    func list(_ request: RoutedRequest) throws -> HTTPResponse {
        var query = QueryReader(request.head)
        let status: JobStatus? = query.choice("status")
        let limit = query.integer("limit", in: 1...100) ?? 20
        let after = query.string("after")
        try query.finish()
        let page = try service.store.list(status: status, after: try after.map(cursor), limit: limit)
        let now = service.clock()
        return .list(page.items, hasMore: page.hasMore) { job, json in
            service.resource(of: job, at: now).write(to: &json)
        }
    }

    func show(_ request: RoutedRequest) throws -> HTTPResponse { answer(200, try job(request)) }

    /// The answer of `show`, if the store has the job in memory.
    func showFromMemory(_ parameters: [String]) -> HTTPResponse? {
        guard let id = JobID(parameters[0]), let job = service.store.rememberedJob(id) else { return nil }
        return answer(200, job)
    }

    func cancel(_ request: RoutedRequest) throws -> HTTPResponse {
        let id = try jobID(request)
        switch try service.pool.cancel(id) {
        case .cancelled(let job): return answer(200, job)
        case .cancelling(let job): return answer(202, job)
        case .conflict(let job):
            throw Problem(
                .wrongState, "The job has \(job.status.rawValue); only a queued or running job can be cancelled.")
        case .unknown: throw Problem.noJob
        }
    }

    func delete(_ request: RoutedRequest) throws -> HTTPResponse {
        switch try service.delete(try jobID(request)) {
        case .deleted: return HTTPResponse(status: 204)
        case .conflict(let job):
            throw Problem(.wrongState, "The job is \(job.status.rawValue); cancel it before deleting it.")
        case .unknown: throw Problem.noJob
        }
    }

    func history(_ request: RoutedRequest) throws -> HTTPResponse {
        var query = QueryReader(request.head)
        let withLayers = query.boolean("layers") ?? false
        try query.finish()
        let job = try job(request)
        let live = job.status.isHeld ? service.pool.monitor(for: job.id)?.history : nil
        guard let rows = try live ?? service.store.history(job.id) else { throw Problem.noJob }
        return .list(rows) { $0.write(to: &$1, withLayers: withLayers) }
    }

    func events(_ request: RoutedRequest) throws -> HTTPResponse {
        guard let events = try service.store.events(try jobID(request), after: 0) else { throw Problem.noJob }
        return .list(events) { event, json in
            json.object { json in
                json.member("id", event.number)
                json.member("at", event.at.description)
                json.member("type", event.kind.rawValue)
                json.name("data")
                json.raw(event.data)
            }
        }
    }

    private func answer(_ status: Int, _ job: Job, headers: [(name: String, value: String)] = []) -> HTTPResponse {
        .json(status, headers: headers) { service.resource(of: job, at: service.clock()).write(to: &$0) }
    }

    private func cursor(_ text: String) throws -> JobID {
        guard let id = JobID(text) else { throw Problem.unknownCursor }
        return id
    }

    private func jobID(_ request: RoutedRequest) throws -> JobID {
        guard let id = JobID(request.parameters[0]) else { throw Problem.noJob }
        return id
    }

    private func job(_ request: RoutedRequest) throws -> Job {
        guard let job = try service.store.job(try jobID(request)) else { throw Problem.noJob }
        return job
    }
}
