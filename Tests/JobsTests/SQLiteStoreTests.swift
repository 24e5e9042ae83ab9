import Foundation
import GRDB
import Jobs
import Perceptron
import SQLiteStore
import Testing

@Suite struct SQLiteStoreTests {
    @Test func theWriterWaitsForTheDisk() throws {
        let directory = try TemporaryDirectory()
        let store = try SQLiteStore(directory: directory.path)
        #expect(try store.pragma("synchronous") == "2")
        #expect(try store.pragma("journal_mode") == "wal")
        #expect(try store.pragma("foreign_keys") == "1")
        #expect(try store.pragma("busy_timeout") == "5000")
        _ = try store.submit(.make())
        #expect(try store.pragma("synchronous") == "2")
    }

    @Test func aClosedStoreIsOneFile() throws {
        let directory = try TemporaryDirectory()
        let store = try SQLiteStore(directory: directory.path)
        let job = try store.submit(.make())
        #expect(try store.job(job.id)?.id == job.id)
        #expect(try store.list(status: nil, after: nil, limit: 9).items.count == 1)
        try store.close()
        let files = try FileManager.default.contentsOfDirectory(atPath: directory.path)
        #expect(files.sorted() == ["espalier.lock", "espalier.sqlite"])
    }

    @Test func aReopenedStoreHasEverything() throws {
        let directory = try TemporaryDirectory()
        let first = try SQLiteStore(directory: directory.path)
        let done = try first.running()
        let rows = [
            HistoryRow(
                epoch: 0, stepCost: nil, train: SetMetrics(loss: 0.1, cost: 0.2), dev: nil, learningRate: 1,
                gradientNorm: nil)
        ]
        #expect(
            try first.finish(
                done.id, leaseEpoch: done.leaseEpoch, JobEnding(.succeeded, stopReason: .completed, history: rows)))
        let running = try first.running()
        let queued = try first.submit(.make(name: "queued"))
        let dataset = DatasetRecord.make(table: "t")
        try first.addDataset(dataset)
        try first.close()

        let second = try SQLiteStore(directory: directory.path)
        #expect(try second.recover().requeued == 1)
        #expect(try second.list(status: nil, after: nil, limit: 9).items.map(\.id) == [queued.id, running.id, done.id])
        #expect(try second.job(done.id)?.status == .succeeded)
        #expect(try second.history(done.id) == rows)
        #expect(try second.events(done.id, after: 0)?.map(\.kind) == [.queued, .started, .succeeded])
        #expect(try second.dataset(dataset.id) == dataset)
        #expect(try second.counts()[.queued] == 2)
        #expect(try second.claim()?.id == running.id)
    }

    @Test func aDirectoryHasOneServer() throws {
        let directory = try TemporaryDirectory()
        let first = try SQLiteStore(directory: directory.path)
        #expect(throws: StoreError.inUse("another server runs on \(directory.path)")) {
            try SQLiteStore(directory: directory.path)
        }
        _ = try first.submit(.make())
        try first.close()
        #expect(try SQLiteStore(directory: directory.path).queuedCount() == 1)
    }

    @Test func aMissingDirectoryIsMadeButNotItsParents() throws {
        let directory = try TemporaryDirectory()
        _ = try SQLiteStore(directory: directory.path + "/data").submit(.make())
        let error = #expect(throws: StoreError.self) { try SQLiteStore(directory: directory.path + "/none/data") }
        guard case .unavailable = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    /// What a killed process leaves: the files as they are, the log not folded into the database.
    @Test func filesOfAKilledProcessOpen() throws {
        let (live, copy) = (try TemporaryDirectory(), try TemporaryDirectory())
        let store = try SQLiteStore(directory: live.path)
        let jobs = try (0..<50).map { _ in try store.submit(.make()).id }
        let claimed = try #require(try store.claim())
        for name in ["espalier.sqlite", "espalier.sqlite-wal"] {
            try FileManager.default.copyItem(atPath: live.path + "/" + name, toPath: copy.path + "/" + name)
        }
        // A commit cut short by the kill ends in bytes that are no frame.
        let log = try #require(FileHandle(forWritingAtPath: copy.path + "/espalier.sqlite-wal"))
        try log.seekToEnd()
        try log.write(contentsOf: Data(repeating: 0xA5, count: 1_000))
        try log.close()

        let reopened = try SQLiteStore(directory: copy.path)
        #expect(try reopened.job(claimed.id)?.status == .running)
        #expect(try reopened.recover().requeued == 1)
        #expect(try reopened.list(status: .queued, after: nil, limit: 100).items.map(\.id) == jobs.reversed())
    }

    @Test func aFullDiskIsToldAndNothingIsHalfWritten() throws {
        let directory = try TemporaryDirectory()
        let store = try SQLiteStore(directory: directory.path, pageLimit: 60)
        var accepted = 0
        var refusal: StoreError?
        while refusal == nil, accepted < 1_000 {
            do {
                _ = try store.submit(.make())
                accepted += 1
            } catch {
                refusal = error
            }
        }
        guard case .diskFull = refusal else {
            Issue.record("\(String(describing: refusal))")
            return
        }
        #expect(accepted > 10)
        #expect(try store.queuedCount() == accepted)
        #expect(try store.list(status: nil, after: nil, limit: 2_000).items.count == accepted)
        try store.close()
        let roomier = try SQLiteStore(directory: directory.path)
        _ = try roomier.submit(.make())
        #expect(try roomier.queuedCount() == accepted + 1)
    }

    @Test func aClosedStoreSaysSo() throws {
        let directory = try TemporaryDirectory()
        let store = try SQLiteStore(directory: directory.path)
        try store.close()
        for call in [{ _ = try store.submit(.make()) }, { _ = try store.job(.random()) }] {
            let error = #expect(throws: StoreError.self) { try call() }
            guard case .unavailable = error else {
                Issue.record("\(String(describing: error))")
                return
            }
        }
    }

    @Test func aFileThatIsNoDatabaseIsRefused() throws {
        let directory = try TemporaryDirectory()
        try Data(repeating: 0x41, count: 8_192).write(to: URL(fileURLWithPath: directory.path + "/espalier.sqlite"))
        let error = #expect(throws: StoreError.self) { try SQLiteStore(directory: directory.path) }
        guard case .corrupt = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test func aNewerSchemaIsRefused() throws {
        let directory = try TemporaryDirectory()
        try SQLiteStore(directory: directory.path).close()
        let database = try DatabaseQueue(path: directory.path + "/espalier.sqlite")
        try database.write { try $0.execute(sql: "INSERT INTO grdb_migrations VALUES ('v999')") }
        try database.close()
        #expect(throws: StoreError.newerSchema(directory.path)) { try SQLiteStore(directory: directory.path) }
    }

    @Test func aLongHistoryIsKeptWhole() throws {
        let directory = try TemporaryDirectory()
        let store = try SQLiteStore(directory: directory.path)
        let job = try store.running()
        let rows = (0..<150_000).map {
            HistoryRow(
                epoch: $0, stepCost: Double($0) / 3, train: SetMetrics(loss: 1 / Double($0 + 1), cost: 2), dev: nil,
                learningRate: 0.1, gradientNorm: nil)
        }
        #expect(try store.finish(job.id, leaseEpoch: job.leaseEpoch, JobEnding(.succeeded, history: rows)))
        #expect(try store.history(job.id) == rows)
        _ = try store.delete(job.id)
        try store.close()
        let database = try DatabaseQueue(path: directory.path + "/espalier.sqlite")
        #expect(try database.read { try Int.fetchOne($0, sql: "SELECT COUNT(*) FROM job_history") } == 0)
        #expect(try database.read { try Int.fetchOne($0, sql: "SELECT COUNT(*) FROM job_event") } == 0)
    }
}

/// Several callers at once.
@Suite struct SharedTransactionTests {
    @Test func aDuplicateAmongManyFailsAlone() throws {
        let directory = try TemporaryDirectory()
        let store = try SQLiteStore(directory: directory.path)
        let taken = try store.submit(.make()).id
        let refused = Guarded(0)
        onThreads(8) { thread in
            for number in 0..<50 {
                do throws(StoreError) {
                    _ = try store.submit(.make(id: number % 5 == thread % 5 ? taken : .random()))
                } catch {
                    #expect(error == .duplicate(taken.description))
                    refused.withLock { $0 += 1 }
                }
            }
        }
        #expect(refused.withLock { $0 } == 80)
        #expect(try store.queuedCount() == 321)
        #expect(try store.list(status: nil, after: nil, limit: 1_000).items.count == 321)
        #expect(try store.counts()[.queued] == 321)
    }

    /// What was acknowledged is there, what was refused is not, and the store goes on when there is space again.
    @Test func aDiskThatFillsUpUnderManyCallersTellsEachTheTruth() throws {
        let directory = try TemporaryDirectory()
        let store = try SQLiteStore(directory: directory.path, pageLimit: 90)
        let accepted = Guarded<[JobID]>([])
        onThreads(6) { _ in
            for _ in 0..<300 {
                do throws(StoreError) {
                    let id = try store.submit(.make()).id
                    accepted.withLock { $0.append(id) }
                } catch {
                    if case .diskFull = error {} else { Issue.record(error) }
                    return
                }
            }
        }
        let ids = accepted.withLock { $0 }
        #expect(ids.count > 10 && ids.count < 1_800)
        #expect(try store.queuedCount() == ids.count)
        #expect(Set(try store.list(status: nil, after: nil, limit: 2_000).items.map(\.id)) == Set(ids))
        #expect(try store.pragma("max_page_count = 10000") == "10000")
        _ = try store.submit(.make())
        #expect(try store.queuedCount() == ids.count + 1)
        try store.close()
        #expect(try SQLiteStore(directory: directory.path).queuedCount() == ids.count + 1)
    }
}

/// Data directories of earlier versions.
@Suite struct SchemaTests {
    @Test func aDirectoryThatKnewNoOwnersGoesOn() throws {
        let directory = try TemporaryDirectory()
        let (mine, nobodys, gone) = (JobID.random(), JobID.random(), JobID.random())
        let database = try DatabaseQueue(path: directory.path + "/espalier.sqlite")
        try Schema.migrator.migrate(database, upTo: "alarms")
        try database.write { db in
            for (id, owner) in [(mine, "ada"), (nobodys, nil)] {
                try db.execute(
                    sql: """
                        INSERT INTO job (id, owner, created_at, settings, table_hash, parameter_count, epochs, status,
                            attempts, lease_epoch, last_event)
                        VALUES (?, ?, 1, x'7B7D', 't1', 9, 10, 'queued', 0, 0, 1)
                        """, arguments: [id.description, owner])
            }
            try db.execute(
                sql: "INSERT INTO deletion (id, sequence) VALUES (?, 7)", arguments: [gone.description])
        }
        try database.close()

        let store = try SQLiteStore(directory: directory.path)
        func list(_ owner: String?, after: JobID? = nil) throws -> [JobID] {
            try store.list(status: .queued, sweep: nil, owner: owner, after: after, limit: 5).items.map(\.id)
        }
        #expect(try list(nil) == [nobodys, mine])
        #expect(try list("ada") == [mine])
        #expect(try list(nil, after: gone) == [nobodys, mine])
        #expect(throws: StoreError.unknownCursor(gone.description)) { try list("ada", after: gone) }
        #expect(try store.queuedCount(of: "ada") == 1)
        _ = try store.claim()
        #expect(try store.queuedCount(of: "ada") == 0)
        #expect(try store.queuedCount() == 1)
    }

    @Test func aDirectoryOfTheFirstVersionGoesOn() throws {
        let directory = try TemporaryDirectory()
        let (finished, queued) = (JobID.random(), JobID.random())
        let dataset = DatasetRecord.make(table: "t2")
        let database = try DatabaseQueue(path: directory.path + "/espalier.sqlite")
        try Schema.migrator.migrate(database, upTo: "v1")
        try database.write { db in
            #expect(try !db.tableExists("content"))
            for (id, status) in [(finished, "succeeded"), (queued, "queued")] {
                try db.execute(
                    sql: """
                        INSERT INTO job (id, created_at, settings, table_hash, initial_weights_hash, parameter_count,
                            epochs, status, attempts, lease_epoch, last_event)
                        VALUES (?, 1, x'7B7D', 't1', 'w1', 9, 10, ?, 0, 0, 1)
                        """, arguments: [id.description, status])
                try db.execute(
                    sql: "INSERT INTO job_event VALUES (?, 1, 'queued', 1, x'7B7D')",
                    arguments: [db.lastInsertedRowID])
            }
            try db.execute(
                sql: "INSERT INTO dataset VALUES (1, ?, NULL, NULL, 5, 't2', 's', 7, 'text/csv', x'7B7D')",
                arguments: [dataset.id.description])
        }
        try database.close()

        let store = try SQLiteStore(directory: directory.path)
        #expect(try store.queuedCount() == 1)
        #expect(try store.job(finished)?.status == .succeeded)
        #expect(try store.events(finished, after: 0)?.map(\.kind) == [.queued])
        #expect(try store.network(finished) == nil)
        #expect(try store.content("t1") == nil)
        #expect(try store.dataset(dataset.id)?.tableHash == "t2")
        #expect(try store.referencedTables() == ["t1", "t2"])
        let job = try #require(try store.claim())
        #expect(job.id == queued)
        #expect(try store.finish(queued, leaseEpoch: job.leaseEpoch, JobEnding(.succeeded, network: [1, 2])))
        #expect(try store.network(queued) == [1, 2])
        guard case .deleted = try store.delete(finished) else {
            Issue.record("not deleted")
            return
        }
        #expect(try store.deleteDataset(dataset.id) != nil)
        #expect(try store.referencedTables() == ["t1"])
    }
}
