import Foundation
import GRDB
import Jobs

extension SQLiteStore {
    /// Begins a sweep; on disk when this returns.
    public func submitSweep(_ submission: SweepSubmission) throws(StoreError) -> Sweep {
        let sweep = Sweep(submission, createdAt: clock())
        return try write { db in
            if let known = try KeyRow.take(
                submission.identity, for: sweep.id.description, at: sweep.createdAt, db)
            {
                guard let (_, sweep) = try SQLiteStore.find(SweepID(unchecked: known), db) else {
                    throw StoreError.keySpent
                }
                return sweep
            }
            try submission.limits.check(
                submission.owner, all: { try SQLiteStore.runningSweeps(db) },
                ofOwner: { try SQLiteStore.runningSweeps(of: $0, db) })
            do {
                try SweepRow.insert(sweep, db)
                for content in submission.contents { try ContentRow.insert(content, db) }
            } catch let error as DatabaseError where error.extendedResultCode == .SQLITE_CONSTRAINT_UNIQUE {
                throw StoreError.duplicate(sweep.id.description)
            }
            return sweep
        }
    }

    /// One sweep.
    public func sweep(_ id: SweepID) throws(StoreError) -> Sweep? { try read { try SQLiteStore.find(id, $0)?.sweep } }

    /// Sweeps, newest first.
    public func listSweeps(
        status: SweepStatus?, owner: String?, after: SweepID?, limit: Int
    ) throws(StoreError) -> Page<Sweep> {
        let limit = max(1, limit)
        var filter = ListFilter()
        filter.require("owner", owner)
        filter.require("status", status?.rawValue)
        let (conditions, arguments) = (filter.conditions, filter.arguments)
        return try read { db in
            let end = try SQLiteStore.place(of: after?.description, in: "sweep", owner: owner, db)
            let statement = try db.cachedStatement(
                sql: """
                    SELECT \(SweepRow.columns) FROM sweep WHERE \(conditions) sequence < :end
                    ORDER BY sequence DESC LIMIT :limit
                    """)
            let rows = try Row.fetchAll(statement, arguments: arguments + ["end": end, "limit": limit + 1])
            return Page(try rows.map(SweepRow.sweep), limit: limit)
        }
    }

    /// Sweeps that run or are being cancelled.
    public func unfinishedSweeps() throws(StoreError) -> [Sweep] {
        try read { db in
            let statement = try db.cachedStatement(
                sql: """
                    SELECT \(SweepRow.columns) FROM sweep WHERE status IN ('running', 'cancelling') ORDER BY sequence
                    """)
            return try Row.fetchAll(statement).map(SweepRow.sweep)
        }
    }

    /// The jobs of a sweep.
    public func runs(of id: SweepID) throws(StoreError) -> [SweepRun] {
        try read { db in
            let statement = try db.cachedStatement(
                sql: "SELECT \(SweepRow.runColumns) FROM job WHERE sweep = ? ORDER BY sequence")
            return try Row.fetchAll(statement, arguments: [id.description]).map(SweepRow.run)
        }
    }

    /// Puts other trials in the place of a running sweep's trials.
    public func extendSweep(_ id: SweepID, trials: [UInt8]) throws(StoreError) -> Bool {
        try change(id) { $0.extend(trials: trials) }
    }

    /// Notes that a running sweep tries no more.
    public func endSearch(of id: SweepID, _ end: SearchEnd) throws(StoreError) -> Bool {
        try change(id) { $0.endSearch(end) }
    }

    /// Asks for cancellation.
    public func requestCancelSweep(_ id: SweepID) throws(StoreError) -> SweepCancelOutcome {
        _ = try change(id) { $0.requestCancel() }
        return try sweep(id).map { SweepCancelOutcome(after: $0) } ?? .unknown
    }

    /// Ends a sweep.
    public func finishSweep(_ id: SweepID, _ ending: SweepEnding) throws(StoreError) -> Bool {
        let now = clock()
        return try change(id) { $0.finish(ending, at: now) }
    }

    /// Forgets a finished sweep and its jobs.
    public func deleteSweep(_ id: SweepID) throws(StoreError) -> SweepDeleteOutcome {
        try write { db in
            guard let (sequence, sweep) = try SQLiteStore.find(id, db) else { return .unknown }
            let jobs = try Row.fetchAll(
                try db.cachedStatement(sql: "SELECT id, sequence, status FROM job WHERE sweep = ? ORDER BY sequence"),
                arguments: [id.description])
            let isOver = try jobs.allSatisfy { try (JobRow.word($0[2]) as JobStatus).isTerminal }
            guard sweep.status.isTerminal, isOver else { return .conflict(sweep) }
            try db.execute(sql: "DELETE FROM job WHERE sweep = ?", arguments: [id.description])
            for job in jobs { try SQLiteStore.remember(deleted: job[0], of: sweep.owner, job[1], db) }
            try db.execute(sql: "DELETE FROM sweep WHERE sequence = ?", arguments: [sequence])
            try SQLiteStore.remember(deleted: id.description, of: sweep.owner, sequence, db)
            return .deleted(sweep, jobs: jobs.map { JobID(unchecked: $0[0]) })
        }
    }

    private static func runningSweeps(_ db: Database) throws -> Int {
        let sql = "SELECT count(*) FROM sweep WHERE status IN ('running', 'cancelling')"
        return try Int.fetchOne(try db.cachedStatement(sql: sql)) ?? 0
    }

    private static func runningSweeps(of owner: String, _ db: Database) throws -> Int {
        let sql = "SELECT count(*) FROM sweep WHERE owner = ? AND status IN ('running', 'cancelling')"
        return try Int.fetchOne(try db.cachedStatement(sql: sql), arguments: [owner]) ?? 0
    }

    private static func find(_ id: SweepID, _ db: Database) throws -> (sequence: Int64, sweep: Sweep)? {
        let statement = try db.cachedStatement(sql: "SELECT \(SweepRow.columns), sequence FROM sweep WHERE id = ?")
        guard let row = try Row.fetchOne(statement, arguments: [id.description]) else { return nil }
        return (row["sequence"], try SweepRow.sweep(row))
    }

    private func change(_ id: SweepID, _ step: @escaping @Sendable (inout Sweep) -> Bool) throws(StoreError) -> Bool {
        try write { db in
            guard let (sequence, found) = try SQLiteStore.find(id, db) else { return false }
            var sweep = found
            guard step(&sweep) else { return false }
            try SweepRow.update(sequence, to: sweep, db)
            return true
        }
    }
}
