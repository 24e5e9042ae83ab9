import Foundation
import GRDB
import Jobs
import Perceptron

/// The embedded store: one SQLite file in a data directory that this process has to itself. A verb that returns has
/// its effect on disk (write-ahead log, `synchronous = FULL`: an fsync for each commit).
///
/// Writes of several callers share a transaction and so its fsync; each stands or falls by itself. Reads have their own
/// connections and never wait for a write.
public final class SQLiteStore: JobStore {
    /// Hears of every change of a job that has an event.
    public let watch = JobWatch()
    /// What is counted of commits and errors.
    public let metrics: StoreMetrics
    let pool: DatabasePool
    let clock: @Sendable () -> Timestamp
    private let lock: Guarded<DirectoryLock?>
    private let commits: CommitQueue
    /// Jobs that waited at the last commit: asked for before every submission, so that no connection is taken for it.
    let queued: Guarded<Int>
    /// Jobs as they were last read.
    let remembered: Guarded<RememberedJobs>

    /// Opens, or makes, the store in `directory` (made if its parent exists) and brings it to this version's schema.
    /// Throws `inUse` if another server has the directory and `newerSchema` if a newer one wrote it.
    public convenience init(
        directory: String, clock: @escaping @Sendable () -> Timestamp = { .now() }
    ) throws(StoreError) {
        try self.init(directory: directory, pageLimit: nil, clock: clock)
    }

    /// With a limit on the database's pages, which fills up as a disk does.
    package init(
        directory: String, pageLimit: Int?, clock: @escaping @Sendable () -> Timestamp = { .now() }
    ) throws(StoreError) {
        let held = try DirectoryLock(directory: directory)
        do {
            var configuration = Configuration()
            configuration.label = "espalier"
            configuration.busyMode = .timeout(5)
            configuration.maximumReaderCount = 8
            let pool = try DatabasePool(path: directory + "/espalier.sqlite", configuration: configuration)
            try pool.writeWithoutTransaction { db in
                // The pool sets NORMAL when it opens, with which power loss can take committed transactions.
                try db.execute(sql: "PRAGMA synchronous = FULL")
                if let pageLimit { try db.execute(sql: "PRAGMA max_page_count = \(pageLimit)") }
            }
            let migrator = Schema.migrator
            if try pool.read(migrator.hasBeenSuperseded) { throw StoreError.newerSchema(directory) }
            try migrator.migrate(pool)
            self.pool = pool
            let queued = Guarded(try pool.read(SQLiteStore.queuedCount))
            self.queued = queued
            let remembered = Guarded(RememberedJobs())
            self.remembered = remembered
            let metrics = StoreMetrics()
            self.metrics = metrics
            commits = try CommitQueue { writes in
                remembered.withLock { $0.beginWrite() }
                defer { remembered.withLock { $0.endWrite() } }
                let (failures, count) = pool.commit(
                    writes, counting: SQLiteStore.queuedCount, metrics: metrics)
                if let count { queued.withLock { $0 = count } }
                return failures
            }
        } catch {
            throw StoreError(error)
        }
        self.clock = clock
        lock = Guarded(held)
        guard try pragma("synchronous") == "2", try pragma("journal_mode") == "wal" else {
            throw .unavailable("SQLite refuses synchronous = FULL with a write-ahead log in \(directory)")
        }
    }

    /// Closes the files and frees the directory for another server. Every later call throws `unavailable`.
    public func close() throws(StoreError) {
        commits.close()
        do {
            // The last connection to close empties the log, if it may write: the pool would close its readers last.
            pool.invalidateReadOnlyConnections()
            try pool.close()
        } catch {
            throw StoreError(error)
        }
        lock.withLock { $0 = nil }
    }

    /// What the connection that writes says of one of its settings.
    package func pragma(_ name: String) throws(StoreError) -> String? {
        do {
            return try pool.writeWithoutTransaction { try String.fetchOne($0, sql: "PRAGMA \(name)") }
        } catch {
            throw StoreError(error)
        }
    }

    /// Something that changes as a whole or not at all; on disk when this returns.
    func write<Value: Sendable>(_ body: @escaping @Sendable (Database) throws -> Value) throws(StoreError) -> Value {
        let value = Guarded<Value?>(nil)
        do {
            try commits.run(
                PendingWrite { db in
                    let result = try body(db)
                    value.withLock { $0 = result }
                })
        } catch {
            throw noted(error)
        }
        guard let value = value.withLock({ $0 }) else { throw .unavailable("a write was not made") }
        return value
    }

    /// One transaction that sees one state of the database.
    func read<Value>(_ body: (Database) throws -> Value) throws(StoreError) -> Value {
        do {
            return try pool.read(body)
        } catch {
            throw noted(error)
        }
    }

    /// What an error means to the caller; those of the database itself are counted.
    private func noted(_ error: any Error) -> StoreError {
        if error is DatabaseError { metrics.errors.add() }
        return StoreError(error)
    }
}

extension StoreError {
    /// What an error of SQLite means to the store's callers.
    init(_ error: any Error) {
        guard let error = error as? DatabaseError else {
            self = error as? StoreError ?? .unavailable(String(describing: error))
            return
        }
        // Without the statement and its values: those can be a client's.
        let message = "SQLite \(error.extendedResultCode.rawValue): \(error.message ?? "no message")"
        switch error.resultCode {
        case .SQLITE_FULL: self = .diskFull(message)
        // The index of the write-ahead log could not grow, which nothing else keeps it from.
        case .SQLITE_IOERR where error.extendedResultCode == .SQLITE_IOERR_SHMSIZE: self = .diskFull(message)
        case .SQLITE_CORRUPT, .SQLITE_NOTADB: self = .corrupt(message)
        default: self = .unavailable(message)
        }
    }
}
