import Foundation
import GRDB
import Jobs

/// The end of a job as it goes to its tables: what can be encoded before the transaction is.
struct Finish: Sendable {
    private let id: JobID
    private let leaseEpoch: Int
    private let ending: JobEnding
    private let now: Timestamp
    private let network: Data?
    private let history: [Data]

    /// A blob must stay far from SQLite's limit of 10⁹ bytes, whatever the number of rows.
    private static let rowsPerChunk = 65_536

    init(_ id: JobID, _ leaseEpoch: Int, _ ending: JobEnding, at now: Timestamp) {
        self.id = id
        self.leaseEpoch = leaseEpoch
        self.ending = ending
        self.now = now
        network = ending.network.map { Data($0) }
        history = stride(from: 0, to: ending.history.count, by: Finish.rowsPerChunk).map { start in
            Data(MetricsCoding.encode(ending.history[start...].prefix(Finish.rowsPerChunk)))
        }
    }

    /// Returns whether the attempt still held the job.
    func write(_ db: Database) throws -> Bool {
        let finished = try SQLiteStore.change(id, db) { $0.finish(leaseEpoch: leaseEpoch, ending, at: now) }
        guard let (sequence, _) = finished else { return false }
        if let network {
            try db.cachedStatement(sql: "INSERT INTO job_network (job, bytes) VALUES (?, ?)")
                .execute(arguments: [sequence, network])
        }
        if !history.isEmpty {
            let statement = try db.cachedStatement(
                sql: "INSERT INTO job_history (job, chunk, metrics) VALUES (?, ?, ?)")
            for (chunk, metrics) in history.enumerated() {
                try statement.execute(arguments: [sequence, chunk, metrics])
            }
        }
        return true
    }
}
