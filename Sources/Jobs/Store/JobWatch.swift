import Synchronization

/// Tells those who wait for a job that it has changed. Every store tells its watch, after what changed is on disk.
public final class JobWatch: Sendable {
    private struct State {
        var next = 0
        var observers: [JobID: [Int: @Sendable () -> Void]] = [:]
    }

    private let state = Mutex(State())

    /// A watch that nobody looks at.
    public init() {}

    /// Calls `body` whenever `id` has changed, from any thread, until the answer is cancelled. It must not block, and must
    /// not ask the watch for anything.
    public func observe(_ id: JobID, _ body: @escaping @Sendable () -> Void) -> JobObservation {
        state.withLock { state in
            state.next += 1
            state.observers[id, default: [:]][state.next] = body
            return JobObservation(watch: self, id: id, number: state.next)
        }
    }

    /// To be told when something of `id` has been written.
    package func notify(_ id: JobID) {
        let bodies = state.withLock { $0.observers[id].map { Array($0.values) } }
        for body in bodies ?? [] { body() }
    }

    fileprivate func forget(_ id: JobID, _ number: Int) {
        state.withLock { state in
            state.observers[id]?[number] = nil
            if state.observers[id]?.isEmpty == true { state.observers[id] = nil }
        }
    }
}

/// One observer's place in a watch.
public struct JobObservation: Sendable {
    fileprivate let watch: JobWatch
    fileprivate let id: JobID
    fileprivate let number: Int

    /// Ends the observation; a call that is under way may still come.
    public func cancel() { watch.forget(id, number) }
}
