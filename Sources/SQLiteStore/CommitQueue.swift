import GRDB
import Jobs

/// Writes that go to disk together. A thread of its own takes all that wait through one transaction, and so one fsync;
/// what comes meanwhile goes with the next. A lone write waits for nothing. The thread is none of the callers': theirs
/// can be of a low priority, and everybody waits for the disk.
package final class CommitQueue: Sendable {
    private struct State {
        var waiting: [PendingWrite] = []
        var isClosed = false
    }

    /// Writes in one transaction; more would keep the first of them waiting for too long.
    private static let mostTogether = 256
    private static let stackSize = 4 << 20

    private let state: Guarded<State>
    private let thread: WorkerThread

    /// - Parameter commit: runs writes in one transaction and answers with what went wrong with each, in their order.
    package init(commit: @escaping @Sendable ([PendingWrite]) -> [(any Error)?]) throws(ThreadError) {
        let state = Guarded(State())
        self.state = state
        thread = try WorkerThread(stackSize: CommitQueue.stackSize) {
            while let group = CommitQueue.next(state) {
                for (write, failure) in zip(group, commit(group)) { write.settle(failure) }
            }
        }
    }

    deinit {
        close()
        thread.abandon()
    }

    /// What waits, in the order it came; nil after `close`.
    private static func next(_ state: Guarded<State>) -> [PendingWrite]? {
        let group: [PendingWrite]? = state.wait(for: .work) { state in
            if state.waiting.isEmpty { return state.isClosed ? [] : nil }
            let group = Array(state.waiting.prefix(CommitQueue.mostTogether))
            state.waiting.removeFirst(group.count)
            return group
        }
        return group.flatMap { $0.isEmpty ? nil : $0 }
    }

    /// Writes that wait for a transaction.
    package var waitingCount: Int { state.withLock { $0.waiting.count } }

    /// Takes no more writes; those that wait are still made.
    package func close() {
        state.withLock { $0.isClosed = true }
        state.ring(.work)
    }

    /// Returns when the write is on disk; throws what went wrong with it, which then has changed nothing.
    package func run(_ write: PendingWrite) throws {
        try state.withLock { state in
            guard !state.isClosed else { throw StoreError.unavailable("the store is closed") }
            state.waiting.append(write)
        }
        state.ringOnce(.work)
        try write.outcome()
    }
}

/// One caller's write, and what has become of it.
package final class PendingWrite: Sendable {
    /// The statements, to be run within a transaction; throws to have them undone.
    fileprivate let body: @Sendable (Database) throws -> Void
    private let result = Guarded<Result<Void, any Error>?>(nil)

    package init(_ body: @escaping @Sendable (Database) throws -> Void) { self.body = body }

    fileprivate func settle(_ failure: (any Error)?) {
        result.withLock { $0 = failure.map { .failure($0) } ?? .success(()) }
        result.ringOnce(.work)
    }

    /// Blocks until the write is settled.
    fileprivate func outcome() throws {
        try result.wait(for: .work) { $0 }?.get()
    }
}

extension DatabasePool {
    /// Runs `writes` in one transaction, each by itself: one that fails undoes its own statements alone. If the
    /// transaction cannot be committed all have failed, otherwise the answer has `count` as it was at its end.
    package func commit(
        _ writes: [PendingWrite], counting count: (Database) throws -> Int, metrics: StoreMetrics? = nil
    ) -> (failures: [(any Error)?], count: Int?) {
        var failures = [(any Error)?](repeating: nil, count: writes.count)
        var counted: Int?
        do {
            try writeWithoutTransaction { db in
                var isWritten = ContinuousClock.now
                try db.inTransaction(.immediate) {
                    for (index, write) in writes.enumerated() {
                        do {
                            // A lone write is undone with its transaction.
                            if writes.count == 1 { try write.body(db) } else { try db.undoingOnFailure(write.body) }
                        } catch {
                            // The whole disk, and not this write alone, can be the reason.
                            guard writes.count > 1, db.isInsideTransaction else { throw error }
                            failures[index] = error
                        }
                    }
                    counted = try count(db)
                    isWritten = .now
                    return .commit
                }
                metrics?.noteCommit(of: writes.count, took: ContinuousClock.now - isWritten)
            }
        } catch {
            return (failures.map { $0 ?? error }, nil)
        }
        return (failures, counted)
    }
}

extension Database {
    fileprivate func undoingOnFailure(_ body: (Database) throws -> Void) throws {
        try cachedStatement(sql: "SAVEPOINT operation").execute()
        do {
            try body(self)
        } catch {
            // After the worst errors the transaction is gone with all its savepoints.
            if isInsideTransaction {
                try cachedStatement(sql: "ROLLBACK TO operation").execute()
                try cachedStatement(sql: "RELEASE operation").execute()
            }
            throw error
        }
        try cachedStatement(sql: "RELEASE operation").execute()
    }
}
