import Foundation
import GRDB
import Jobs

/// A database of a data directory, looked at from outside and never written to: with a server running on it, or without.
public struct DatabaseInspection {
    /// The database's file within a data directory.
    public static let fileName = "espalier.sqlite"

    private let database: DatabaseQueue

    /// Opens `file` for reading. Throws `unavailable` if it is not there or no database.
    public init(file: String) throws(StoreError) {
        guard FileManager.default.fileExists(atPath: file) else { throw .unavailable("there is no \(file)") }
        do {
            var configuration = Configuration()
            configuration.readonly = true
            configuration.busyMode = .timeout(5)
            configuration.label = "espalier inspection"
            database = try DatabaseQueue(path: file, configuration: configuration)
        } catch {
            throw StoreError(error)
        }
    }

    /// What SQLite finds wrong with the file's structure; empty for a sound one.
    public func faults() throws(StoreError) -> [String] {
        try read { try String.fetchAll($0, sql: "PRAGMA quick_check(20)").filter { $0 != "ok" } }
    }

    /// The versions of the schema that the database has been through, those that this program would add at its start,
    /// and those that only a newer program knows.
    public func schema() throws(StoreError) -> (applied: [String], pending: [String], unknown: [String]) {
        try read { db in
            let known = Schema.migrator.migrations
            let there = try db.tableExists("grdb_migrations") ? Schema.migrator.appliedIdentifiers(db) : []
            return (
                known.filter(there.contains), known.filter { !there.contains($0) },
                there.subtracting(known).sorted()
            )
        }
    }

    /// Jobs in each status.
    public func counts() throws(StoreError) -> [JobStatus: Int] {
        try read { db in
            let rows = try Row.fetchAll(db, sql: "SELECT status, COUNT(*) FROM job GROUP BY status")
            return Dictionary(
                rows.compactMap { row in JobStatus(rawValue: row[0]).map { ($0, row[1]) } }, uniquingKeysWith: { $1 })
        }
    }

    /// Of a file of keys: how many were ever made, and with how many of them a request can be made.
    public func keys(at now: Timestamp) throws(StoreError) -> (made: Int, usable: Int) {
        try read { db in
            let usable = "SELECT COUNT(*) FROM api_key WHERE revoked_at IS NULL AND ifnull(expires_at > ?, TRUE)"
            return (
                try Int.fetchOne(db, sql: "SELECT COUNT(*) FROM api_key") ?? 0,
                try Int.fetchOne(db, sql: usable, arguments: [now.milliseconds]) ?? 0
            )
        }
    }

    /// The files that the database needs beside it. Any released schema will do.
    public func references() throws(StoreError) -> FileReferences {
        try read { db in
            let hasContents = try db.tableExists("content")
            let holders = ["job", "dataset"] + (try db.tableExists("sweep") ? ["sweep"] : [])
            let without = hasContents ? "WHERE hash NOT IN (SELECT hash FROM content)" : ""
            let tables = holders.map { "SELECT table_hash AS hash FROM \($0)" }.joined(separator: " UNION ")
            let weights = "SELECT initial_weights_hash AS hash FROM job WHERE initial_weights_hash IS NOT NULL"
            let isApart = try db.tableExists("job_network") ? "AND sequence NOT IN (SELECT job FROM job_network)" : ""
            var networks: Set<JobID> = []
            let results = try Row.fetchCursor(
                db, sql: "SELECT id, result FROM job WHERE result IS NOT NULL \(isApart)")
            while let row = try results.next() {
                let result = try MetricsCoding.result(JobRow.bytes(row[1]), inputEncoding: [])
                if result.hasWeights { networks.insert(JobID(unchecked: row[0])) }
            }
            let unfinished = try String.fetchSet(
                db, sql: "SELECT id FROM job WHERE status IN ('queued', 'running', 'cancelling')")
            return FileReferences(
                tables: try String.fetchSet(db, sql: "SELECT hash FROM (\(tables)) \(without)"),
                initialWeights: try String.fetchSet(db, sql: "SELECT hash FROM (\(weights)) \(without)"),
                networks: networks, unfinished: Set(unfinished.map(JobID.init(unchecked:))))
        }
    }

    /// Copies the database as it is at one moment to `file`, which must not exist. Whoever writes meanwhile does not wait.
    public func copy(to file: String) throws(StoreError) {
        do {
            let copy = try DatabaseQueue(path: file)
            try database.backup(to: copy)
            try copy.close()
        } catch {
            throw StoreError(error)
        }
    }

    private func read<Value>(_ body: (Database) throws -> Value) throws(StoreError) -> Value {
        do {
            return try database.read(body)
        } catch {
            throw StoreError(error)
        }
    }
}

/// The files that a database needs, by their names without suffixes.
public struct FileReferences: Sendable, Equatable {
    /// Tables, by the SHA-256 of their content.
    public let tables: Set<String>
    /// Starting weights, by the SHA-256 of their content.
    public let initialWeights: Set<String>
    /// Trained networks, by their jobs.
    public let networks: Set<JobID>
    /// Jobs that have not ended, which may have checkpoints.
    public let unfinished: Set<JobID>
}
