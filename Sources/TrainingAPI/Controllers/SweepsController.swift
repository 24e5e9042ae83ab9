import HTTPDaemon
import JSONDocument
import Jobs

/// Submit, list, look at, draw, cancel and forget sweeps.
struct SweepsController: Sendable {
    let service: TrainingService

    func submit(_ request: RoutedRequest) throws -> HTTPResponse {
        let identity = try RequestIdentity(request)
        let (sweep, isNew) = try service.submitSweep(
            service.document(request), for: request.caller, identity: identity, origin: RequestOrigin(request.head))
        return try answer(202, sweep, headers: [("Location", "/v1/sweeps/\(sweep.id)")]).replayed(!isNew)
    }

    func list(_ request: RoutedRequest) throws -> HTTPResponse {
        var query = QueryReader(request.head)
        let status: SweepStatus? = query.choice("status")
        let limit = query.integer("limit", in: 1...100) ?? 20
        let after = query.string("after")
        try query.finish()
        let cursor = try after.map { text in
            guard let id = SweepID(text) else { throw Problem.unknownCursor }
            return id
        }
        let page = try service.store.listSweeps(
            status: status, owner: request.caller.listed, after: cursor, limit: limit)
        return .list(page.items, hasMore: page.hasMore) { sweep, json in
            json.object { SweepResource.writeSummary(of: sweep, to: &$0) }
        }
    }

    func show(_ request: RoutedRequest) throws -> HTTPResponse {
        try answer(200, sweep(request))
    }

    func cancel(_ request: RoutedRequest) throws -> HTTPResponse {
        let id = try sweep(request).id
        switch try service.store.requestCancelSweep(id) {
        case .cancelled(let sweep): return try answer(200, sweep)
        case .cancelling(let sweep):
            service.sweepInbox.notify(id)
            return try answer(202, sweep)
        case .conflict(let sweep):
            throw Problem(
                .wrongState, "The sweep has \(sweep.status.rawValue); only a running sweep can be cancelled.")
        case .unknown: throw Problem.noSweep
        }
    }

    func delete(_ request: RoutedRequest) throws -> HTTPResponse {
        switch try service.store.deleteSweep(try sweep(request).id) {
        case .deleted(let sweep, let jobs):
            for job in jobs { try service.networks.remove(job) }
            service.custody.released(table: sweep.tableHash)
            return HTTPResponse(status: 204)
        case .conflict(let sweep):
            throw Problem(
                .wrongState,
                sweep.status.isTerminal
                    ? "Jobs of the sweep are still about to stop; try again in a moment."
                    : "The sweep is \(sweep.status.rawValue); cancel it before deleting it.")
        case .unknown: throw Problem.noSweep
        }
    }

    func plot(_ request: RoutedRequest) throws -> HTTPResponse {
        let plot = try PlotRequest(request, width: 720, height: 520)
        try plot.query.finish()
        guard let picture = try SweepPlot(try progress(of: sweep(request)), along: request.parameters[1]) else {
            throw Problem(.notFound, "The sweep varies no parameter of this name.")
        }
        return try plot.answer(picture)
    }

    private func progress(of sweep: Sweep) throws -> SweepProgress {
        let specification = try SweepSpecification(stored: sweep.specification)
        return try SweepProgress(sweep, specification, runs: service.store.runs(of: sweep.id))
    }

    private func answer(
        _ status: Int, _ sweep: Sweep, headers: [(name: String, value: String)] = []
    ) throws -> HTTPResponse {
        let progress = try progress(of: sweep)
        let resource = SweepResource(
            progress: progress, oneStandardError: try progress.oneStandardError(),
            final: try progress.final.flatMap { try service.store.job($0.id) })
        return .json(status, headers: headers) { resource.write(to: &$0) }
    }

    private func sweep(_ request: RoutedRequest) throws -> Sweep {
        guard let id = SweepID(request.parameters[0]), let sweep = try service.store.sweep(id),
            request.caller.sees(owner: sweep.owner)
        else { throw Problem.noSweep }
        return sweep
    }
}

extension QueryReader {
    /// `sweep`: the id of a sweep, or `none`.
    mutating func sweepFilter() -> SweepFilter? {
        guard let text = string("sweep") else { return nil }
        if text == "none" { return .outside }
        if let id = SweepID(text) { return .only(id) }
        fault("sweep", "must be the id of a sweep, or none")
        return nil
    }
}
