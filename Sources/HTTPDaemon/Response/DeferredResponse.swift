/// An answer that is made later, when something happens: long polling. Meanwhile the connection is suspended and costs no
/// thread.
public struct DeferredResponse: Sendable {
    let limit: Duration
    let expired: @Sendable () -> HTTPResponse
    let start: @Sendable (DeferredAnswer) -> Void

    /// - Parameters:
    ///   - limit: how long the client waits at most.
    ///   - expired: makes the answer on a background thread when time is up or the daemon stops.
    ///   - start: called once, on whatever thread; it must not block. It hands the answer to whoever will know it.
    public init(
        limit: Duration, expired: @escaping @Sendable () -> HTTPResponse,
        start: @escaping @Sendable (DeferredAnswer) -> Void
    ) {
        self.limit = limit
        self.expired = expired
        self.start = start
    }

    /// The same, with `change` made to whichever answer is given.
    public func map(_ change: @escaping @Sendable (HTTPResponse) -> HTTPResponse) -> DeferredResponse {
        DeferredResponse(limit: limit, expired: { [expired] in change(expired()) }) { [start] answer in
            start(DeferredAnswer { answer.send(change($0)) })
        }
    }
}

/// The handle by which a deferred response is given.
public struct DeferredAnswer: Sendable {
    private let give: @Sendable (HTTPResponse) -> Bool

    init(_ give: @escaping @Sendable (HTTPResponse) -> Bool) { self.give = give }

    /// Answers, from any thread; only the first answer counts, and none after the time is up.
    /// - Returns: whether this was the one.
    @discardableResult
    public func send(_ response: HTTPResponse) -> Bool { give(response) }
}
