import HTTPDaemon
import Metrics

/// What is measured, for Prometheus.
struct MetricsController: Sendable {
    let registry: MetricsRegistry

    func show(_ request: RoutedRequest) -> HTTPResponse {
        HTTPResponse(
            status: 200, headers: [("Content-Type", MetricsText.mediaType), ("Cache-Control", "no-store")],
            body: .bytes(registry.text()))
    }
}
