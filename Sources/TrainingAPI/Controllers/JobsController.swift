import Access
import HTTPDaemon
import JSONDocument
import Jobs

/// Submit, list, look at, cancel and forget jobs.
struct JobsController: Sendable {
    let service: TrainingService

    func submit(_ request: RoutedRequest) throws -> HTTPResponse {
        let identity = try RequestIdentity(request)
        let (job, isNew) = try service.submit(
            service.document(request), for: request.caller, identity: identity, origin: RequestOrigin(request.head))
        return answer(202, job, headers: [("Location", "/v1/jobs/\(job.id)")]).replayed(!isNew)
    }

    func list(_ request: RoutedRequest) throws -> HTTPResponse {
        var query = QueryReader(request.head)
        let status: JobStatus? = query.choice("status")
        let limit = query.integer("limit", in: 1...100) ?? 20
        let after = query.string("after")
        let sweep = query.sweepFilter()
        try query.finish()
        let page = try service.store.list(
            status: status, sweep: sweep, owner: request.caller.listed, after: try after.map(cursor), limit: limit)
        let now = service.clock()
        return .list(page.items, hasMore: page.hasMore) { job, json in
            service.resource(of: job, at: now).write(to: &json)
        }
    }

    func show(_ request: RoutedRequest) throws -> HTTPResponse {
        let job = try job(request)
        guard !job.status.isTerminal, let limit = Preferences(request.head.headers).wait else {
            return shown(job)
        }
        return service.answerWhenEnded(job.id, limit: limit) {
            do {
                guard service.gatekeeper.stillAdmits(request.caller) else { throw Gatekeeper.Refusal.wrongKey }
                var response = shown(try service.job(job.id, for: request.caller))
                response.headers.append(("Preference-Applied", "wait=\(limit.components.seconds)"))
                return response
            } catch {
                return Problem(from: error).response
            }
        }
    }

    /// The answer of `show`, if the store has the job in memory.
    func showFromMemory(_ parameters: [String], for caller: Caller) -> HTTPResponse? {
        guard let id = JobID(parameters[0]), let job = service.store.rememberedJob(id), caller.sees(owner: job.owner)
        else { return nil }
        return shown(job)
    }

    func cancel(_ request: RoutedRequest) throws -> HTTPResponse {
        switch try service.pool.cancel(try job(request).id) {
        case .cancelled(let job), .alreadyCancelled(let job): return answer(200, job)
        case .cancelling(let job): return answer(202, job)
        case .conflict(let job):
            throw Problem(
                .wrongState, "The job has \(job.status.rawValue); only a queued or running job can be cancelled.")
        case .unknown: throw Problem.noJob
        }
    }

    func delete(_ request: RoutedRequest) throws -> HTTPResponse {
        switch try service.delete(try job(request).id) {
        case .deleted: return HTTPResponse(status: 204)
        case .conflict(let job):
            if let sweep = job.sweep?.sweep {
                throw Problem(
                    .wrongState, "The job is \(job.status.rawValue) and part of \(sweep); delete that instead.")
            }
            throw Problem(.wrongState, "The job is \(job.status.rawValue); cancel it before deleting it.")
        case .unknown: throw Problem.noJob
        }
    }

    func history(_ request: RoutedRequest) throws -> HTTPResponse {
        var query = QueryReader(request.head)
        let withLayers = query.boolean("layers") ?? false
        try query.finish()
        let rows = try service.history(of: job(request))
        return .list(rows) { $0.write(to: &$1, withLayers: withLayers) }
    }

    func events(_ request: RoutedRequest) throws -> HTTPResponse {
        let id = try job(request).id
        let form = AcceptedTypes(request.head.headers).preferred(of: JobsController.eventForms) { $0 }
        let after = try lastEvent(request.head.headers)
        if form == JobsController.eventForms[1] {
            return try service.eventStream(of: id, after: after, to: request.caller)
        }
        guard let events = try service.store.events(id, after: 0) else { throw Problem.noJob }
        return .list(events) { $0.write(to: &$1) }.varying(by: "Accept")
    }

    /// The forms that events have; whoever takes none of them gets the first.
    private static let eventForms = ["application/json", "text/event-stream"]

    private func lastEvent(_ headers: HTTPHeaders) throws -> Int {
        guard let text = headers["Last-Event-ID"] else { return 0 }
        guard let number = Int(text), number >= 0 else {
            throw Faults(pointer: "/headers/Last-Event-ID", detail: "must be the id of an event: a whole number")
        }
        return number
    }

    private func answer(_ status: Int, _ job: Job, headers: [(name: String, value: String)] = []) -> HTTPResponse {
        .json(status, headers: headers, document(of: job).bytes)
    }

    /// The job as the answer to `GET`, with its validator where that costs nothing.
    private func shown(_ job: Job) -> HTTPResponse {
        let document = document(of: job)
        guard let tag = document.tag else { return .json(200, document.bytes) }
        return .json(200, headers: [("ETag", tag.text)], document.bytes)
    }

    private func document(of job: Job) -> FinishedJobs.Document {
        service.finishedJobs.document(of: job) {
            .json { service.resource(of: job, at: service.clock()).write(to: &$0) }
        }
    }

    private func cursor(_ text: String) throws -> JobID {
        guard let id = JobID(text) else { throw Problem.unknownCursor }
        return id
    }

    private func job(_ request: RoutedRequest) throws -> Job {
        try service.job(JobID(request.parameters[0]), for: request.caller)
    }
}
