import Foundation
import GRDB
import Jobs
import SQLiteStore
import Testing

/// Databases with the tables of each version of the schema, in `Schemas`: dumps as SQL text, never edited. Nothing was released
/// before the last of them, so that their rows are those of one program (`Scripts/make_schema_dumps.py`).
@Suite struct MigrationTests {
    static let versions = Schema.migrator.migrations

    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("Schemas")

    private static func dump(_ version: String) -> URL {
        folder.appendingPathComponent(version.replacingOccurrences(of: " ", with: "-") + ".sql")
    }

    /// A data directory with the database of `version`.
    private func directory(_ version: String) throws -> TemporaryDirectory {
        let folder = try TemporaryDirectory()
        let database = try DatabaseQueue(path: folder.path + "/espalier.sqlite")
        try database.writeWithoutTransaction {
            try $0.execute(sql: String(contentsOf: Self.dump(version), encoding: .utf8))
        }
        try database.close()
        return folder
    }

    @Test(arguments: versions)
    func everyMigrationHasADatabaseThatEndsWithIt(version: String) throws {
        let folder = try directory(version)
        let schema = try DatabaseInspection(file: folder.path + "/espalier.sqlite").schema()
        let place = try #require(Self.versions.firstIndex(of: version))
        #expect(schema.applied == Array(Self.versions[...place]))
        #expect(schema.unknown.isEmpty)
    }

    @Test(arguments: versions)
    func whatItHoldsIsReadAsItWasWritten(version: String) throws {
        let folder = try directory(version)
        let store = try SQLiteStore(directory: folder.path)
        let jobs = try store.list(status: nil, after: nil, limit: 100).items
        let named = Dictionary(jobs.map { ($0.name ?? "", $0) }, uniquingKeysWith: { first, _ in first })

        let good = try #require(named["good"])
        #expect(good.status == .succeeded && good.stopReason == .completed && good.attempts == 1)
        let result = try #require(good.result)
        #expect(result.hasWeights && result.train != nil && result.epochs == good.epochs)
        #expect(try #require(try store.history(good.id)).count > 1)
        let events = try #require(try store.events(good.id, after: 0))
        #expect(events.map(\.number) == Array(1...good.lastEvent))
        #expect(events.first?.kind == .queued && events.last?.kind == .succeeded)

        let diverged = try #require(named["diverged"])
        #expect(diverged.status == .failed && diverged.failure?.code == "diverged" && diverged.failure?.step != nil)
        let waiting = try #require(named["waiting"])
        #expect(waiting.status == .queued && waiting.startedAt == nil)
        #expect(try store.counts()[.queued] == 1)
        #expect(try store.listDatasets(after: nil, limit: 10).items.count == 1)
        if version != "v1" {
            #expect(try store.network(good.id) != nil)
            #expect(try store.content(good.tableHash) != nil)
        }
        #expect(jobs.allSatisfy { !$0.settings.isEmpty })

        #expect(try store.claim()?.id == waiting.id)
        try store.probe()
        try store.close()
    }

    @Test(arguments: versions)
    func afterwardsTheTablesAreThoseOfANewDatabase(version: String) throws {
        let folder = try directory(version)
        try SQLiteStore(directory: folder.path).close()
        let new = try TemporaryDirectory()
        try SQLiteStore(directory: new.path).close()
        #expect(try tables(folder) == tables(new))
    }

    private func tables(_ folder: TemporaryDirectory) throws -> [String: String] {
        let database = try DatabaseQueue(path: folder.path + "/espalier.sqlite")
        return try database.read { db in
            let rows = try Row.fetchAll(db, sql: "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL")
            return Dictionary(
                rows.map { ($0[0], MigrationTests.words($0[1])) }, uniquingKeysWith: { first, _ in first })
        }
    }

    /// White space, and quotes around names, mean nothing.
    private static func words(_ sql: String) -> String {
        sql.replacingOccurrences(of: "\"", with: "").split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }
}
