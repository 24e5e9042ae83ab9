import Foundation
import GRDB
import Jobs
import Perceptron

extension SQLiteStore {
    /// Queues a job; on disk when this returns.
    public func submit(_ submission: JobSubmission) throws(StoreError) -> Job {
        var job = Job(submission, createdAt: clock())
        let event = job.submitted()
        let queued = job
        return try write { db in
            let id = queued.id.description
            if let known = try KeyRow.take(submission.identity, for: id, at: queued.createdAt, db) {
                guard let (_, job) = try SQLiteStore.find(JobID(unchecked: known), db) else {
                    throw StoreError.keySpent
                }
                return job
            }
            try submission.limits.check(
                submission.owner, all: { try SQLiteStore.queuedCount(db) },
                ofOwner: { try SQLiteStore.queuedCount(of: $0, db) })
            do {
                try JobRow.insert(event, try JobRow.insert(queued, db), db)
                for content in submission.contents { try ContentRow.insert(content, db) }
            } catch let error as DatabaseError where error.extendedResultCode == .SQLITE_CONSTRAINT_UNIQUE {
                throw StoreError.duplicate(id)
            }
            return queued
        }
    }

    /// One job.
    public func job(_ id: JobID) throws(StoreError) -> Job? {
        let mark = remembered.withLock { $0.mark }
        let job = try read { try SQLiteStore.find(id, $0)?.job }
        if let job { remembered.withLock { $0.keep(job, readAfter: mark) } }
        return job
    }

    /// A job that was read since the last write.
    public func rememberedJob(_ id: JobID) -> Job? { remembered.withLock { $0[id] } }

    /// Jobs, newest first.
    public func list(
        status: JobStatus?, sweep: SweepFilter?, owner: String?, after: JobID?, limit: Int
    ) throws(StoreError) -> Page<Job> {
        let limit = max(1, limit)
        var filter = ListFilter()
        filter.require("owner", owner)
        filter.require("status", status?.rawValue)
        switch sweep {
        case .only(let id): filter.require("sweep", id.description)
        case .outside: filter.requireNone("sweep")
        case nil: break
        }
        let (conditions, given) = (filter.conditions, filter.arguments)
        return try read { db in
            let end = try SQLiteStore.place(of: after?.description, in: "job", owner: owner, db)
            let statement = try db.cachedStatement(
                sql: """
                    SELECT \(JobRow.columns) FROM job WHERE \(conditions) sequence < :end
                    ORDER BY sequence DESC LIMIT :limit
                    """)
            let rows = try Row.fetchAll(statement, arguments: given + ["end": end, "limit": limit + 1])
            return Page(try rows.map(JobRow.job), limit: limit)
        }
    }

    /// Gives the oldest queued job to the caller. What is written is `Job.start`'s doing, in one statement.
    public func claim() throws(StoreError) -> Job? {
        let now = clock()
        let job = try write { try SQLiteStore.claim(at: now, $0) }
        if let job { watch.notify(job.id) }
        return job
    }

    /// Adds alarms to a job, if the attempt still holds it.
    public func raise(_ id: JobID, leaseEpoch: Int, _ alarms: [JobAlarm]) throws(StoreError) -> Bool {
        let now = clock()
        return try write { db in
            guard try SQLiteStore.find(id, db)?.job.isHeld(by: leaseEpoch) == true else { return false }
            _ = try SQLiteStore.change(id, db) { $0.raise(leaseEpoch: leaseEpoch, alarms, at: now) }
            return true
        }
    }

    /// Ends a job, if the attempt still holds it.
    public func finish(_ id: JobID, leaseEpoch: Int, _ ending: JobEnding) throws(StoreError) -> Bool {
        let finish = Finish(id, leaseEpoch, ending, at: clock())
        let wasHeld = try write { try finish.write($0) }
        watch.notify(id)
        return wasHeld
    }

    /// Ends a job, if the attempt still holds it, and gives the oldest queued one to the caller.
    public func finishAndClaim(_ id: JobID, leaseEpoch: Int, _ ending: JobEnding) throws(StoreError) -> Turnover {
        let finish = Finish(id, leaseEpoch, ending, at: clock())
        let now = clock()
        let turnover = try write { db in
            Turnover(wasHeld: try finish.write(db), next: try SQLiteStore.claim(at: now, db))
        }
        watch.notify(id)
        if let next = turnover.next { watch.notify(next.id) }
        return turnover
    }

    private static func claim(at now: Timestamp, _ db: Database) throws -> Job? {
        let statement = try db.cachedStatement(
            sql: """
                UPDATE job SET status = 'running', started_at = ?, attempts = attempts + 1,
                    lease_epoch = lease_epoch + 1, last_event = last_event + 1
                WHERE sequence = (SELECT sequence FROM job WHERE status = 'queued' ORDER BY sequence LIMIT 1)
                RETURNING \(JobRow.columns), sequence
                """)
        guard let row = try Row.fetchAll(statement, arguments: [now.milliseconds]).first else { return nil }
        let job = try JobRow.job(row)
        try JobRow.insert(JobEvent(.started, of: job, number: job.lastEvent, at: now), row["sequence"] as Int64, db)
        return job
    }

    /// Hands back an interrupted job, if the attempt still holds it.
    public func requeue(_ id: JobID, leaseEpoch: Int) throws(StoreError) -> JobStatus? {
        let now = clock()
        defer { watch.notify(id) }
        return try write { try SQLiteStore.change(id, $0) { $0.requeue(leaseEpoch: leaseEpoch, at: now) }?.job.status }
    }

    /// Forgives a job its earlier attempts, if the attempt still holds it.
    public func progressed(_ id: JobID, leaseEpoch: Int) throws(StoreError) -> Bool {
        try write { db in
            let statement = try db.cachedStatement(
                sql: """
                    UPDATE job SET attempts = 1
                    WHERE id = ? AND lease_epoch = ? AND status IN ('running', 'cancelling')
                    """)
            try statement.execute(arguments: [id.description, leaseEpoch])
            return db.changesCount == 1
        }
    }

    /// Notes that an attempt goes on from a checkpoint, if it still holds its job.
    public func resumed(_ id: JobID, leaseEpoch: Int, epoch: Int) throws(StoreError) -> Bool {
        let now = clock()
        defer { watch.notify(id) }
        return try write { db in
            try SQLiteStore.change(id, db) { $0.resume(leaseEpoch: leaseEpoch, epoch: epoch, at: now) } != nil
        }
    }

    /// Asks for cancellation.
    public func requestCancel(_ id: JobID) throws(StoreError) -> CancelOutcome {
        let now = clock()
        defer { watch.notify(id) }
        return try write { db in
            if let (_, job) = try SQLiteStore.change(id, db, { $0.requestCancel(at: now) }) {
                return CancelOutcome(after: job, hasChanged: true)
            }
            return try SQLiteStore.find(id, db).map { CancelOutcome(after: $0.job, hasChanged: false) } ?? .unknown
        }
    }

    /// Forgets a finished job, its history and its events.
    public func delete(_ id: JobID) throws(StoreError) -> DeleteOutcome {
        defer { watch.notify(id) }
        return try write { db in
            guard let (sequence, job) = try SQLiteStore.find(id, db) else { return .unknown }
            guard job.status.isTerminal, job.sweep == nil else { return .conflict(job) }
            try db.execute(sql: "DELETE FROM job WHERE sequence = ?", arguments: [sequence])
            try SQLiteStore.remember(deleted: id.description, of: job.owner, sequence, db)
            return .deleted(job)
        }
    }

    /// The network that came with a job's ending.
    public func network(_ id: JobID) throws(StoreError) -> [UInt8]? {
        try read { db in
            let statement = try db.cachedStatement(
                sql: "SELECT bytes FROM job_network JOIN job ON job_network.job = job.sequence WHERE job.id = ?")
            return try Data.fetchOne(statement, arguments: [id.description]).map(JobRow.bytes)
        }
    }

    /// The bytes kept under `hash`.
    public func content(_ hash: String) throws(StoreError) -> [UInt8]? {
        try read { try ContentRow.bytes(hash, $0) }
    }

    /// The learning curve of a finished job.
    public func history(_ id: JobID) throws(StoreError) -> [HistoryRow]? {
        try read { db in
            guard let sequence = try SQLiteStore.sequence(of: id, db) else { return nil }
            let chunks = try Data.fetchCursor(
                try db.cachedStatement(sql: "SELECT metrics FROM job_history WHERE job = ? ORDER BY chunk"),
                arguments: [sequence])
            var rows: [HistoryRow] = []
            while let chunk = try chunks.next() {
                rows += try MetricsCoding.historyRows(JobRow.bytes(chunk))
            }
            return rows
        }
    }

    /// What happened to a job after event number `after`.
    public func events(_ id: JobID, after: Int) throws(StoreError) -> [JobEvent]? {
        try read { db in
            guard let sequence = try SQLiteStore.sequence(of: id, db) else { return nil }
            let statement = try db.cachedStatement(
                sql: "SELECT number, kind, at, data FROM job_event WHERE job = ? AND number > ? ORDER BY number")
            return try Row.fetchAll(statement, arguments: [sequence, after]).map(JobRow.event)
        }
    }

    /// Takes jobs from workers that are no more.
    public func recover(workers: Int) throws(StoreError) -> Recovery {
        let now = clock()
        return try write { db in
            let ids = try String.fetchAll(
                db, sql: "SELECT id FROM job WHERE status IN ('running', 'cancelling') ORDER BY started_at, sequence")
            var recovery = Recovery()
            for (number, id) in ids.enumerated() {
                if let (_, job) = try SQLiteStore.change(
                    JobID(unchecked: id), db, { $0.recover(hadBegun: number < workers, at: now) })
                {
                    recovery.add(job)
                }
            }
            return recovery
        }
    }

    /// Jobs in each status.
    public func counts() throws(StoreError) -> [JobStatus: Int] {
        try read { db in
            var counts: [JobStatus: Int] = [:]
            for row in try Row.fetchAll(try db.cachedStatement(sql: "SELECT status, jobs FROM job_count")) {
                if let status = JobStatus(rawValue: row[0]) { counts[status] = row[1] }
            }
            return counts
        }
    }

    /// Jobs waiting for a worker.
    public func queuedCount() throws(StoreError) -> Int { queued.withLock { $0 } }

    /// Jobs of an owner that wait for a worker.
    public func queuedCount(of owner: String) throws(StoreError) -> Int {
        try read { try SQLiteStore.queuedCount(of: owner, $0) }
    }

    private static func queuedCount(of owner: String, _ db: Database) throws -> Int {
        let statement = try db.cachedStatement(sql: "SELECT jobs FROM owner_queue WHERE owner = ?")
        return try Int.fetchOne(statement, arguments: [owner]) ?? 0
    }

    /// When the oldest queued job was submitted.
    public func oldestQueued() throws(StoreError) -> Timestamp? {
        try read { db in
            let statement = try db.cachedStatement(
                sql: "SELECT created_at FROM job WHERE status = 'queued' ORDER BY sequence LIMIT 1")
            return try Int64.fetchOne(statement).map(Timestamp.init(milliseconds:))
        }
    }

    /// Writes something that means nothing.
    public func probe() throws(StoreError) {
        let now = clock()
        try write { db in
            try db.cachedStatement(sql: "UPDATE probe SET at = ?").execute(arguments: [now.milliseconds])
        }
    }

    static func queuedCount(_ db: Database) throws -> Int {
        try Int.fetchOne(try db.cachedStatement(sql: "SELECT jobs FROM job_count WHERE status = 'queued'")) ?? 0
    }

    /// The tables that jobs, sweeps or data sets still need.
    public func referencedTables() throws(StoreError) -> Set<String> {
        try read { db in
            try String.fetchSet(
                db,
                sql: """
                    SELECT table_hash FROM job UNION SELECT table_hash FROM dataset UNION SELECT table_hash FROM sweep
                    """)
        }
    }

    /// The starting weights that jobs still need.
    public func referencedInitialWeights() throws(StoreError) -> Set<String> {
        try read { db in
            try String.fetchSet(
                db, sql: "SELECT initial_weights_hash FROM job WHERE initial_weights_hash IS NOT NULL")
        }
    }

    private static func find(_ id: JobID, _ db: Database) throws -> (sequence: Int64, job: Job)? {
        let statement = try db.cachedStatement(sql: "SELECT \(JobRow.columns), sequence FROM job WHERE id = ?")
        guard let row = try Row.fetchOne(statement, arguments: [id.description]) else { return nil }
        return (row["sequence"], try JobRow.job(row))
    }

    private static func sequence(of id: JobID, _ db: Database) throws -> Int64? {
        try Int64.fetchOne(
            try db.cachedStatement(sql: "SELECT sequence FROM job WHERE id = ?"), arguments: [id.description])
    }

    /// Takes one step of the status machine; nil if the job is unknown or the step does not apply.
    static func change(
        _ id: JobID, _ db: Database, _ step: (inout Job) -> JobEvent?
    ) throws -> (sequence: Int64, job: Job)? {
        try change(id, db) { (job: inout Job) -> [JobEvent] in step(&job).map { [$0] } ?? [] }
    }

    /// The same of a step that can bring several events; none if it does not apply.
    static func change(
        _ id: JobID, _ db: Database, _ step: (inout Job) -> [JobEvent]
    ) throws -> (sequence: Int64, job: Job)? {
        guard let (sequence, before) = try find(id, db) else { return nil }
        var job = before
        let events = step(&job)
        guard !events.isEmpty else { return nil }
        try JobRow.update(sequence, from: before, to: job, db)
        for event in events { try JobRow.insert(event, sequence, db) }
        return (sequence, job)
    }
}
