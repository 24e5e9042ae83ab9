import HTTPDaemon

/// What an HTTP daemon needs of a service.
public struct Routing: Sendable {
    let router: Router
    let policy: AnswerPolicy
    /// Counts requests that are over.
    public let requests: RequestMetrics

    /// The paths of the routes, as the contract has them, by their places: `RequestRecord.route`.
    public var templates: [String] { router.routes.map(\.template) }

    /// Decides about a request.
    @Sendable public func decide(_ head: HTTPRequestHead) -> RequestDecision {
        // Browsers ask without a key.
        policy.preflight(head, methods: { router.methods(at: head.path) })
            ?? policy.applied(to: router.decide(head), for: head)
    }
}
