/// Things to do at a time, on one thread that sleeps until the next of them.
final class Deadlines: Sendable {
    private struct Entry {
        let time: ContinuousClock.Instant
        let action: @Sendable () -> Void
    }

    private struct State {
        var entries: [ObjectIdentifier: Entry] = [:]
        var isClosed = false
        var hasThread = false
    }

    private let state = Monitor(State())

    /// - Throws: `SystemError` where a thread cannot be made.
    init() throws(SystemError) {
        state.withLock { $0.hasThread = true }
        try startThread { [state] in Self.work(on: state) }
    }

    /// Runs `action`, which must not block, after `time`, unless it is cancelled before. One action per owner.
    func set(for owner: AnyObject, at time: ContinuousClock.Instant, _ action: @escaping @Sendable () -> Void) {
        state.withLock { $0.entries[ObjectIdentifier(owner)] = Entry(time: time, action: action) }
    }

    /// Forgets the owner's action, if it has not run.
    func cancel(for owner: AnyObject) {
        // Released outside the lock: what an action holds may do work in its deinit.
        let entry = state.withLock { $0.entries.removeValue(forKey: ObjectIdentifier(owner)) }
        withExtendedLifetime(entry) {}
    }

    /// Returns when no action runs any more; those that wait are dropped.
    func close() {
        let entries = state.withLock { state in
            state.isClosed = true
            defer { state.entries = [:] }
            return state.entries
        }
        withExtendedLifetime(entries) {}
        state.wait { $0.hasThread ? nil : () }
    }

    private static func work(on state: Monitor<State>) {
        while true {
            let first = state.wait { state -> ContinuousClock.Instant?? in
                if state.isClosed { return .some(nil) }
                return state.entries.values.map(\.time).min().map { .some($0) }
            }
            guard let first else { break }
            // Woken early by an earlier deadline, or by any other change; both are looked at again.
            let now = ContinuousClock.now
            if first > now {
                _ = state.wait(atMost: first - now) { state -> Void? in
                    state.isClosed || state.entries.values.contains { $0.time < first } ? () : nil
                }
                continue
            }
            let due = state.withLock { state in
                let due = state.entries.filter { $0.value.time <= now }
                for owner in due.keys { state.entries[owner] = nil }
                return due.values.map(\.action)
            }
            for action in due { action() }
        }
        state.withLock { $0.hasThread = false }
    }
}
