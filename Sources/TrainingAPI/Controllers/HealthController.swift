import HTTPDaemon
import JSONDocument

/// What operators and programs ask before they use the service.
struct HealthController: Sendable {
    let service: TrainingService

    func live(_ request: RoutedRequest) -> HTTPResponse { HealthController.ok }

    func ready(_ request: RoutedRequest) throws -> HTTPResponse {
        _ = try service.store.queuedCount()
        return HealthController.ok
    }

    func openAPI(_ request: RoutedRequest) -> HTTPResponse {
        HTTPResponse(
            status: 200,
            headers: [
                ("Content-Type", "application/yaml"), ("ETag", service.openAPITag.text), ("Cache-Control", "no-cache"),
            ], body: .bytes(service.openAPIDocument))
    }

    private static let ok = HTTPResponse.json(200, headers: [("Cache-Control", "no-store")]) { json in
        json.object { $0.member("status", "ok") }
    }
}
