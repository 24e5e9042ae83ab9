/// Where sweeps are named that something has happened to; a coordinator looks at each of them.
public final class SweepInbox: Sendable {
    struct State {
        var due: [SweepID] = []
        var isClosed = false
    }

    let state = Guarded(State())

    /// An empty inbox.
    public init() {}

    /// A sweep was submitted or is to be cancelled, or a job of it has ended.
    public func notify(_ id: SweepID) {
        state.withLock { if !$0.due.contains(id) { $0.due.append(id) } }
        state.ring(.work)
    }

    /// The coordinator is to end.
    func close() {
        state.withLock { $0.isClosed = true }
        state.ring(.work)
    }

    /// The next sweep to look at; nil after `timeout`, or when the inbox is closed.
    func next(timeout: Duration?) -> SweepID? {
        let next: SweepID?? = state.wait(for: .work, timeout: timeout) { state in
            if state.isClosed { return .some(nil) }
            return state.due.isEmpty ? nil : .some(state.due.removeFirst())
        }
        return next ?? nil
    }

    var isClosed: Bool { state.withLock { $0.isClosed } }
}

extension SweepInbox {
    /// Waits, but not after the inbox is closed.
    func pause(_ duration: Duration) {
        let _: Bool? = state.wait(for: .work, timeout: duration) { $0.isClosed ? true : nil }
    }
}
