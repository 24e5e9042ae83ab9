/// Where one request's answer is while another thread makes it. A value that decides; the exchange acts,
/// under the same lock, so that a resume cannot slip in between a decision and its suspend.
struct Handoff {
    private enum State {
        case idle
        case suspended(DeferredResponse?)
        case finished(HTTPResponse)
        case closed
    }

    private var state = State.idle

    /// The connection is about to be suspended.
    mutating func suspend() {
        state = .suspended(nil)
    }

    /// The handler is done and the answer is to come later. Returns false where it is not waited for any more.
    mutating func wait(for deferred: DeferredResponse) -> Bool {
        guard case .suspended = state else { return false }
        state = .suspended(deferred)
        return true
    }

    /// What is waited for, after the handler is done.
    var deferred: DeferredResponse? {
        if case .suspended(let deferred) = state { deferred } else { nil }
    }

    /// Takes an answer. Returns whether the connection is to be resumed: only the first answer counts, and none once
    /// the request is over.
    mutating func finish(_ response: HTTPResponse) -> Bool {
        guard case .suspended = state else { return false }
        state = .finished(response)
        return true
    }

    /// The answer, once; nil where there is none yet.
    mutating func take() -> HTTPResponse? {
        guard case .finished(let response) = state else { return nil }
        state = .idle
        return response
    }

    /// The request is over.
    mutating func close() {
        state = .closed
    }
}
