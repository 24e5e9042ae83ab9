import Foundation
import GRDB
import Jobs

/// How a sweep lies in its table, and its jobs' places in theirs.
enum SweepRow {
    /// The columns in the order `sweep(_:)` reads them.
    static let columns = """
        id, name, owner, created_at, table_hash, specification, trials, status, search_end, finished_at, \
        failure_code, failure_title, failure_detail, request_id, trace_parent, trace_state
        """

    /// The columns of a job in the order `run(_:)` reads them.
    static let runColumns = """
        id, trial, rung, fold, status, parameter_count, result, dev_loss_error, failure_code, failure_title, \
        failure_detail
        """

    /// `trial` of a sweep's final job.
    private static let finalTrial = -1

    static func sweep(_ row: Row) throws(StoreError) -> Sweep {
        let submission = SweepSubmission(
            id: SweepID(unchecked: row[0]), name: row[1], owner: row[2], tableHash: row[4],
            specification: JobRow.bytes(row[5]), trials: JobRow.bytes(row[6]),
            origin: RequestOrigin(requestID: row[13], traceParent: row[14], traceState: row[15]))
        var sweep = Sweep(submission, createdAt: Timestamp(milliseconds: row[3]))
        sweep.status = try JobRow.word(row[7])
        if let end = row[8] as String? { sweep.searchEnd = try JobRow.word(end) }
        sweep.finishedAt = (row[9] as Int64?).map(Timestamp.init(milliseconds:))
        if let code = row[10] as String? {
            sweep.failure = JobFailure(code: code, title: row[11] ?? "", detail: row[12] ?? "")
        }
        return sweep
    }

    static func insert(_ sweep: Sweep, _ db: Database) throws {
        let statement = try db.cachedStatement(
            sql: """
                INSERT INTO sweep (id, name, owner, created_at, table_hash, specification, trials, status,
                    request_id, trace_parent, trace_state)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """)
        try statement.execute(arguments: [
            sweep.id.description, sweep.name, sweep.owner, sweep.createdAt.milliseconds, sweep.tableHash,
            Data(sweep.specification), Data(sweep.trials), sweep.status.rawValue, sweep.origin?.requestID,
            sweep.origin?.traceParent, sweep.origin?.traceState,
        ])
    }

    /// Writes what steps of the status machine change.
    static func update(_ sequence: Int64, to sweep: Sweep, _ db: Database) throws {
        let statement = try db.cachedStatement(
            sql: """
                UPDATE sweep SET trials = ?, status = ?, search_end = ?, finished_at = ?, failure_code = ?,
                    failure_title = ?, failure_detail = ?
                WHERE sequence = ?
                """)
        try statement.execute(arguments: [
            Data(sweep.trials), sweep.status.rawValue, sweep.searchEnd?.rawValue, sweep.finishedAt?.milliseconds,
            sweep.failure?.code, sweep.failure?.title, sweep.failure?.detail, sequence,
        ])
    }

    static func run(_ row: Row) throws(StoreError) -> SweepRun {
        var result: JobResult?
        if let bytes = row[6] as Data? {
            result = try MetricsCoding.result(JobRow.bytes(bytes), inputEncoding: [])
            result?.devLossError = row[7]
        }
        return SweepRun(
            id: JobID(unchecked: row[0]), place: place(trial: row[1] ?? 0, rung: row[2] ?? 0, fold: row[3] ?? 0),
            status: try JobRow.word(row[4]), result: result,
            failure: (row[8] as String?).map { JobFailure(code: $0, title: row[9] ?? "", detail: row[10] ?? "") },
            parameterCount: row[5])
    }

    /// Null, or a sweep's id with the job's place.
    static func membership(sweep: String?, trial: Int?, rung: Int?, fold: Int?) -> SweepMembership? {
        guard let sweep, let trial, let rung, let fold else { return nil }
        return SweepMembership(sweep: SweepID(unchecked: sweep), place: place(trial: trial, rung: rung, fold: fold))
    }

    /// `trial`, `rung` and `fold` of a place. The final job has numbers too: what is null is never a duplicate.
    static func numbers(_ place: SweepPlace) -> (trial: Int, rung: Int, fold: Int) {
        switch place {
        case .trial(let trial, let rung, let fold): (trial, rung, fold)
        case .final: (finalTrial, 0, 0)
        }
    }

    private static func place(trial: Int, rung: Int, fold: Int) -> SweepPlace {
        trial == finalTrial ? .final : .trial(trial, rung: rung, fold: fold)
    }
}
