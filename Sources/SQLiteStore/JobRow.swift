import Foundation
import GRDB
import Jobs
import Perceptron

/// How a job lies in its table.
enum JobRow {
    /// The columns in the order `job(_:)` reads them.
    static let columns = """
        id, name, owner, created_at, settings, table_hash, initial_weights_hash, parameter_count, epochs, status, \
        started_at, finished_at, stop_reason, attempts, lease_epoch, last_event, result, input_encoding, \
        failure_code, failure_title, failure_detail, failure_epoch, failure_step, sweep, trial, rung, fold, \
        dev_loss_error, alarms, request_id, trace_parent, trace_state
        """

    /// Column types are the table's own (it is STRICT); words and bytes are checked here.
    static func job(_ row: Row) throws(StoreError) -> Job {
        let submission = JobSubmission(
            id: JobID(unchecked: row[0]), name: row[1], owner: row[2], settings: bytes(row[4]), tableHash: row[5],
            initialWeightsHash: row[6], parameterCount: row[7], epochs: row[8],
            sweep: SweepRow.membership(sweep: row[23], trial: row[24], rung: row[25], fold: row[26]),
            origin: RequestOrigin(requestID: row[29], traceParent: row[30], traceState: row[31]))
        var job = Job(submission, createdAt: Timestamp(milliseconds: row[3]))
        job.status = try word(row[9])
        job.startedAt = (row[10] as Int64?).map(Timestamp.init(milliseconds:))
        job.finishedAt = (row[11] as Int64?).map(Timestamp.init(milliseconds:))
        if let reason = row[12] as String? { job.stopReason = try word(reason) }
        job.attempts = row[13]
        job.leaseEpoch = row[14]
        job.lastEvent = row[15]
        if let result = row[16] as Data? {
            job.result = try MetricsCoding.result(bytes(result), inputEncoding: bytes(row[17] ?? Data()))
            job.result?.devLossError = row[27]
        }
        if let code = row[18] as String? {
            job.failure = JobFailure(
                code: code, title: row[19] ?? "", detail: row[20] ?? "", epoch: row[21], step: row[22])
        }
        if let alarms = row[28] as Data? { job.alarms = try Job.Alarm.alarms(bytes(alarms)) }
        return job
    }

    /// A new row; returns its sequence number.
    static func insert(_ job: Job, _ db: Database) throws -> Int64 {
        let statement = try db.cachedStatement(
            sql: """
                INSERT INTO job (id, name, owner, created_at, settings, table_hash, initial_weights_hash,
                    parameter_count, epochs, status, attempts, lease_epoch, last_event, sweep, trial, rung, fold,
                    request_id, trace_parent, trace_state)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """)
        let place = job.sweep.map { SweepRow.numbers($0.place) }
        try statement.execute(arguments: [
            job.id.description, job.name, job.owner, job.createdAt.milliseconds, Data(job.settings), job.tableHash,
            job.initialWeightsHash, job.parameterCount, job.epochs, job.status.rawValue, job.attempts, job.leaseEpoch,
            job.lastEvent, job.sweep?.sweep.description, place?.trial, place?.rung, place?.fold,
            job.origin?.requestID, job.origin?.traceParent, job.origin?.traceState,
        ])
        return db.lastInsertedRowID
    }

    /// Writes what steps of the status machine change, provided that the row still is where `before` was.
    static func update(_ sequence: Int64, from before: Job, to job: Job, _ db: Database) throws {
        let statement = try db.cachedStatement(
            sql: """
                UPDATE job SET status = ?, started_at = ?, finished_at = ?, stop_reason = ?, attempts = ?,
                    lease_epoch = ?, last_event = ?, result = ?, input_encoding = ?, failure_code = ?,
                    failure_title = ?, failure_detail = ?, failure_epoch = ?, failure_step = ?, dev_loss_error = ?,
                    alarms = ?
                WHERE sequence = ? AND status = ? AND lease_epoch = ?
                """)
        try statement.execute(arguments: [
            job.status.rawValue, job.startedAt?.milliseconds, job.finishedAt?.milliseconds, job.stopReason?.rawValue,
            job.attempts, job.leaseEpoch, job.lastEvent, job.result.map { Data(MetricsCoding.encode($0)) },
            job.result.map { Data($0.inputEncoding) }, job.failure?.code, job.failure?.title, job.failure?.detail,
            job.failure?.epoch, job.failure?.step, job.result?.devLossError,
            job.alarms.isEmpty ? nil : Data(Job.Alarm.encode(job.alarms)), sequence, before.status.rawValue,
            before.leaseEpoch,
        ])
        guard db.changesCount == 1 else { throw StoreError.unavailable("\(job.id) changed within a transaction") }
    }

    static func insert(_ event: JobEvent, _ sequence: Int64, _ db: Database) throws {
        try db.cachedStatement(sql: "INSERT INTO job_event (job, number, kind, at, data) VALUES (?, ?, ?, ?, ?)")
            .execute(arguments: [
                sequence, event.number, event.kind.rawValue, event.at.milliseconds, Data(event.data),
            ])
    }

    static func event(_ row: Row) throws(StoreError) -> JobEvent {
        JobEvent(
            number: row[0], kind: try word(row[1]), at: Timestamp(milliseconds: row[2]), data: bytes(row[3]))
    }

    static func bytes(_ data: Data) -> [UInt8] { [UInt8](data) }

    static func word<Word: RawRepresentable<String>>(_ text: String) throws(StoreError) -> Word {
        guard let word = Word(rawValue: text) else { throw .corrupt("the unknown word “\(text)” in a table") }
        return word
    }
}
