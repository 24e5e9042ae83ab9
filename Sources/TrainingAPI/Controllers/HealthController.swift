import HTTPDaemon
import JSONDocument

/// What operators and programs ask before they use the service.
struct HealthController: Sendable {
    let service: TrainingService

    func live(_ request: RoutedRequest) -> HTTPResponse { HealthController.ok }

    func ready(_ request: RoutedRequest) -> HTTPResponse {
        var checks = service.readiness.checks(service.readinessChecks)
        // Told at once: whoever sends requests here is to send them elsewhere.
        if service.isStopping { checks.append(Readiness.Check(name: "running", fault: "the service is stopping")) }
        let isReady = checks.allSatisfy { $0.fault == nil }
        var headers: [(name: String, value: String)] = [("Cache-Control", "no-store")]
        if !isReady { headers.append(("Retry-After", "5")) }
        return .json(isReady ? 200 : 503, headers: headers) { json in
            json.object { json in
                json.member("status", isReady ? "ok" : "unavailable")
                json.array("checks") { json in
                    for check in checks {
                        json.object { json in
                            json.member("name", check.name)
                            json.member("ok", check.fault == nil)
                            json.member("detail", check.fault)
                        }
                    }
                }
            }
        }
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
