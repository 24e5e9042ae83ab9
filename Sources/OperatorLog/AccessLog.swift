import HTTPDaemon
import Jobs
import Logging

/// A line for every request, written without a detour: there can be a hundred thousand a second.
public struct AccessLog: Sendable {
    private let level: Logger.Level
    private let output: LogOutput
    private let routes: [String]

    /// - Parameters:
    ///   - level: the log's; requests that failed by a fault of the service are warnings, all others are info.
    ///   - routes: the paths of the routes by their places.
    public init(level: Logger.Level, routes: [String], output: LogOutput) {
        self.level = level
        self.output = output
        self.routes = routes
    }

    /// Writes the line of a request that is over.
    public func note(_ request: RequestSummary) {
        let isFault = (request.status ?? 0) >= 500
        let own: Logger.Level = isFault ? .warning : .info
        guard own >= level else { return }
        var line = LogLine(output.format, at: .now(), level: own.rawValue, message: "request")
        if let head = request.head {
            line.add("method", head.method)
            if let route = request.record.route { line.add("route", routes[route]) }
            line.add("target", AccessLog.shortened(head.target))
        }
        if let status = request.status { line.add("status", status) }
        if !request.isComplete { line.add("aborted", true) }
        if request.bytesReceived > 0 { line.add("received", request.bytesReceived) }
        line.add("bytes", request.bytesSent)
        line.add("ms", thousandths: Int(request.nanoseconds / 1_000))
        line.add("request_id", request.record.id)
        if let caller = request.record.caller { line.add("caller", caller) }
        line.add("client", request.peerAddress)
        if let trace = request.head.flatMap({ TraceContext($0.headers) }) {
            line.add("trace_id", String(trace.traceID))
        }
        output.append(line.finish(), isUrgent: false)
    }

    /// A target can be as long as all headers together.
    private static func shortened(_ target: String) -> String {
        target.utf8.count <= 512 ? target : String(decoding: target.utf8.prefix(512), as: UTF8.self) + "…"
    }
}
