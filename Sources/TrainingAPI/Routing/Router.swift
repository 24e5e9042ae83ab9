import Access
import Datasets
import HTTPDaemon
import JSONDocument
import Jobs

/// Decides from a request's head which route answers it, or with which problem it is refused before its body is read.
struct Router: Sendable {
    let routes: [Route]
    private let index: RouteIndex
    private let entrance: Entrance
    /// Where uploads go; nil for one without bounds.
    private let disk: DiskSpace?
    /// Tells the operator what no client may see.
    private let report: Report

    init(routes: [Route], entrance: Entrance, disk: DiskSpace?, report: Report) {
        self.routes = routes
        index = RouteIndex(routes)
        self.entrance = entrance
        self.disk = disk
        self.report = report
    }

    func decide(_ head: HTTPRequestHead) -> RequestDecision {
        var allowed: [String] = []
        for number in index.candidates(for: head.path) {
            guard let parameters = routes[number].parameters(of: head.path) else { continue }
            guard routes[number].method == head.routedMethod else {
                allowed.append(routes[number].method)
                continue
            }
            head.record.route = number
            return accept(head, routes[number], parameters)
        }
        guard !allowed.isEmpty else {
            return .refuse(Problem(.notFound, "There is nothing at this path.").response)
        }
        if allowed.contains("GET") { allowed.append("HEAD") }
        let list = allowed.joined(separator: ", ")
        return .refuse(
            Problem(.methodNotAllowed, "Here one may use: \(list).", headers: [("Allow", list)]).response)
    }

    /// The methods that `path` knows; none where there is nothing.
    func methods(at path: [String]) -> [String] {
        let methods = index.candidates(for: path).filter { routes[$0].parameters(of: path) != nil }
            .map { routes[$0].method }
        return methods.contains("GET") ? methods + ["HEAD"] : methods
    }

    private func accept(_ head: HTTPRequestHead, _ route: Route, _ parameters: [String]) -> RequestDecision {
        do throws(Problem) {
            let admission = try entrance.admit(head, needing: route.needs)
            return accept(head, route, parameters, admission.caller).adding(admission.headers)
        } catch {
            return .refuse(error.response)
        }
    }

    private func accept(
        _ head: HTTPRequestHead, _ route: Route, _ parameters: [String], _ caller: Caller
    ) -> RequestDecision {
        if let problem = Router.refusal(of: head, for: route.body) { return .refuse(problem.response) }
        var room = Int.max
        if case .upload(let limit, _, _) = route.body, let disk {
            do throws(StorageError) {
                // What is over the limit is told so.
                if (head.contentLength ?? 0) <= limit { try disk.check(for: max(head.contentLength ?? 1, 1)) }
                room = try disk.room()
            } catch {
                return .refuse(Problem(from: error).response)
            }
        }
        // Who would rather wait is not answered at once.
        if head.contentLength == 0, head.headers["Prefer"] == nil, let response = route.fromMemory?(parameters, caller)
        {
            return .answer(response)
        }
        let report = report
        let handle: @Sendable (HTTPRequest) -> HTTPResponse = { request in
            do {
                let routed = RoutedRequest(request: request, parameters: parameters, caller: caller)
                if case .none = route.body { try Router.requireNothing(routed.bytes) }
                return try route.handle(routed)
            } catch {
                let problem = Problem(from: error)
                if problem.code.status >= 500 {
                    report("\(head.method) \(head.target): \(error)", [("request_id", .text(head.record.id))])
                }
                return problem.response
            }
        }
        return switch route.body {
        case .none: .accept(bodyLimit: 1024, execution: route.execution, handle: handle)
        case .json(let limit): .accept(bodyLimit: limit, execution: route.execution, handle: handle)
        case .upload(let limit, let directory, _):
            .accept(
                bodyLimit: limit, storage: .spool(directory: directory, room: room), execution: route.execution,
                handle: handle)
        }
    }

    private static func refusal(of head: HTTPRequestHead, for body: Route.Body) -> Problem? {
        let mediaTypes: [String]
        switch body {
        case .none: return nil
        case .json: mediaTypes = ["application/json"]
        case .upload(_, _, let types): mediaTypes = types
        }
        if case .none = head.framing {
            return Problem(.lengthRequired, "This request needs a body: a Content-Length, or a chunked body.")
        }
        let given = MediaType(head.headers["Content-Type"] ?? "")
        guard mediaTypes.contains(given.name) else {
            let list = mediaTypes.joined(separator: ", ")
            return Problem(
                .unsupportedMediaType, "The Content-Type must be one of: \(list).", headers: [("Accept-Post", list)])
        }
        if let charset = given.parameters["charset"], charset != "utf-8", charset != "us-ascii" {
            return Problem(.unsupportedMediaType, "The charset must be UTF-8.")
        }
        return nil
    }

    private static func requireNothing(_ bytes: [UInt8]) throws {
        if bytes.isEmpty { return }
        let document = try JSONDocument.parse(bytes)
        guard document.root.kind == .object, document.root.count == 0 else {
            throw Faults(pointer: "", detail: "must be empty: this request takes no content")
        }
    }
}

extension RequestDecision {
    /// The same with more headers in its answer.
    fileprivate func adding(_ headers: [(name: String, value: String)]) -> RequestDecision {
        if headers.isEmpty { return self }
        switch self {
        case .refuse(let response): return .refuse(response.adding(headers))
        case .answer(let response): return .answer(response.adding(headers))
        case .accept(let bodyLimit, let storage, let execution, let handle):
            return .accept(bodyLimit: bodyLimit, storage: storage, execution: execution) {
                handle($0).adding(headers)
            }
        }
    }
}

extension HTTPResponse {
    fileprivate func adding(_ more: [(name: String, value: String)]) -> HTTPResponse {
        var response = self
        response.headers += more
        return response
    }
}
