import Datasets
import Jobs
import Synchronization

/// Whether the service can do its work now: one check each for what that takes. Asked often, it looks once a second.
final class Readiness: Sendable {
    /// One thing that must be right.
    struct Check: Sendable {
        let name: String
        /// What is wrong; nil if nothing is.
        let fault: String?
    }

    private struct State {
        var checks: [Check] = []
        var madeAt: ContinuousClock.Instant?
        /// Since when somebody looks.
        var lookingSince: ContinuousClock.Instant?
    }

    private static let freshness = Duration.seconds(1)
    private static let patience = Duration.seconds(5)

    private let state = Mutex(State())

    /// The checks, at most a second old unless one takes longer; then that is what is wrong.
    /// - Parameter look: makes them; it may block.
    func checks(_ look: () -> [Check]) -> [Check] {
        let now = ContinuousClock.now
        let known: [Check]? = state.withLock { state in
            if let madeAt = state.madeAt, now - madeAt < Readiness.freshness { return state.checks }
            if let since = state.lookingSince {
                // One that hangs must not take the threads of all that ask.
                if now - since < Readiness.patience, !state.checks.isEmpty { return state.checks }
                if now - since >= Readiness.patience { return [Check(name: "store", fault: "does not answer")] }
                return nil
            }
            state.lookingSince = now
            return nil
        }
        if let known { return known }
        let checks = look()
        state.withLock { $0 = State(checks: checks, madeAt: .now) }
        return checks
    }
}

extension TrainingService {
    /// Looks at everything that requests and jobs need.
    func readinessChecks() -> [Readiness.Check] {
        [
            .init(name: "store", fault: storeFault()),
            .init(name: "disk", fault: diskFault()),
            .init(name: "workers", fault: pool.isComplete ? nil : "a worker has ended"),
            .init(
                name: "keys",
                fault: gatekeeper.knowsAllKeys
                    ? nil : "cannot be read: what was created or revoked since is not known"),
        ]
    }

    private func storeFault() -> String? {
        do {
            try store.probe()
            return nil
        } catch {
            report("the store cannot be written to: \(error)")
            return error.isDiskFull ? "the disk is full" : "cannot be written to"
        }
    }

    private func diskFault() -> String? {
        do throws(StorageError) {
            try disk?.check()
            return nil
        } catch {
            if case .diskFull = error { return "less than \(disk?.reserve ?? 0) bytes are free" }
            return "cannot be looked at"
        }
    }
}

extension StoreError {
    fileprivate var isDiskFull: Bool { if case .diskFull = self { true } else { false } }
}
