import HTTPDaemon
import Metrics

/// What is counted of requests: by route and status, how long they took, and their bytes.
public final class RequestMetrics: Sendable {
    /// Statuses that are told apart; another, and none at all, is the last place.
    private static let statuses = [
        200, 201, 202, 204, 206, 301, 302, 304, 400, 401, 403, 404, 405, 406, 408, 409, 411, 412, 413, 414, 415, 416,
        417,
        422, 428, 429, 431, 500, 501, 503, 505, 507,
    ]

    /// Names of routes by their places, and one more for what no route was found for.
    private let routes: [(method: String, template: String)]
    /// The place of each status, from 0 to 599.
    private let places: [Int]
    private let counts: CounterTable
    private let durations: [Histogram]
    private let received = Counter()
    private let sent = Counter()
    private let aborted = Counter()

    /// For these routes.
    init(_ routes: [Route]) {
        self.routes = routes.map { ($0.method, $0.template) } + [("other", "none")]
        var places = [Int](repeating: RequestMetrics.statuses.count, count: 600)
        for (place, status) in RequestMetrics.statuses.enumerated() { places[status] = place }
        self.places = places
        counts = CounterTable(self.routes.count * 2 * (RequestMetrics.statuses.count + 1))
        durations = self.routes.map { _ in Histogram(Histogram.latencyBounds) }
    }

    /// Counts a request that is over.
    public func note(_ request: RequestSummary) {
        let route = request.record.route ?? routes.count - 1
        let isHead = request.head?.method == "HEAD"
        let status = request.status.map { places.indices.contains($0) ? places[$0] : places[0] } ?? places[0]
        counts.add(at: (route * 2 + (isHead ? 1 : 0)) * (RequestMetrics.statuses.count + 1) + status)
        durations[route].observe(nanoseconds: request.nanoseconds)
        if request.bytesReceived > 0 { received.add(request.bytesReceived) }
        sent.add(request.bytesSent)
        if !request.isComplete { aborted.add() }
    }

    /// Writes the families; routes that nobody asked for are left out.
    func write(to text: inout MetricsText) {
        text.family("espalier_http_requests_total", .counter, "Requests that are over, by route and status.")
        for (route, name) in routes.enumerated() {
            for (place, method) in [name.method, "HEAD"].enumerated() {
                for status in 0...RequestMetrics.statuses.count {
                    let count = counts[(route * 2 + place) * (RequestMetrics.statuses.count + 1) + status]
                    guard count > 0 else { continue }
                    let word =
                        status < RequestMetrics.statuses.count ? String(RequestMetrics.statuses[status]) : "other"
                    text.sample(count, [("method", method), ("route", name.template), ("status", word)])
                }
            }
        }
        text.family(
            "espalier_http_request_duration_seconds", .histogram,
            "From the end of a request's headers to the end of its answer, streams and long polls included.")
        for (route, name) in routes.enumerated() {
            let reading = durations[route].reading
            if reading.count > 0 { text.sample(reading, [("method", name.method), ("route", name.template)]) }
        }
        text.single(
            "espalier_http_request_body_bytes_total", .counter, "Bytes of bodies that were read.", received.value)
        text.single(
            "espalier_http_response_body_bytes_total", .counter, "Bytes of bodies that were answered.", sent.value)
        text.single(
            "espalier_http_aborted_requests_total", .counter,
            "Requests whose connection ended before their answer did.", aborted.value)
    }
}
