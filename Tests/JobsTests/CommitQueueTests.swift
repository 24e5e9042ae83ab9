import Foundation
import GRDB
import Jobs
import SQLiteStore
import Testing

/// Which writes go to disk together, and who hears of what.
@Suite struct CommitQueueTests {
    private struct Refused: Error, Equatable { let number: Int }

    @Test func aLoneWriteIsCommittedByItself() throws {
        let sizes = Guarded<[Int]>([])
        let queue = try CommitQueue { writes in
            sizes.withLock { $0.append(writes.count) }
            return [nil]
        }
        for _ in 0..<3 { try queue.run(PendingWrite { _ in }) }
        #expect(sizes.withLock { $0 } == [1, 1, 1])
    }

    @Test func whatComesDuringACommitSharesTheNext() throws {
        let started = DispatchSemaphore(value: 0)
        let release = DispatchSemaphore(value: 0)
        let groups = Guarded<[[ObjectIdentifier]]>([])
        let queue = try CommitQueue { writes in
            let isFirst = groups.withLock { groups in
                groups.append(writes.map(ObjectIdentifier.init))
                return groups.count == 1
            }
            if isFirst {
                started.signal()
                release.wait()
                return [nil]
            }
            // The second of the group fails, and the third alone must not hear of it.
            return writes.indices.map { $0 == 1 ? Refused(number: $0) : nil }
        }
        let writes = (0..<5).map { _ in PendingWrite { _ in } }
        let answers = Guarded<[Int: Refused?]>([:])
        let group = DispatchGroup()
        for (number, write) in writes.enumerated() {
            group.enter()
            Thread {
                var failure: Refused?
                do { try queue.run(write) } catch { failure = error as? Refused }
                answers.withLock { $0[number] = .some(failure) }
                group.leave()
            }.start()
            // One after the other, so that the order of arrival is known.
            if number == 0 { started.wait() } else { while queue.waitingCount < number { sched_yield() } }
        }
        release.signal()
        group.wait()
        let ids = writes.map(ObjectIdentifier.init)
        #expect(groups.withLock { $0 } == [[ids[0]], Array(ids[1...])])
        #expect(answers.withLock { $0[2] } == .some(Refused(number: 1)))
        for number in [0, 1, 3, 4] { #expect(answers.withLock { $0[number] } == .some(nil)) }
    }

    @Test func manyThreadsAllGetTheirOwnAnswer() throws {
        let sum = Guarded(0)
        let queue = try CommitQueue { writes in
            sum.withLock { $0 += writes.count }
            return writes.map { _ in nil }
        }
        onThreads(16) { _ in
            for _ in 0..<500 {
                do { try queue.run(PendingWrite { _ in }) } catch { Issue.record(error) }
            }
        }
        #expect(sum.withLock { $0 } == 8_000)
        #expect(queue.waitingCount == 0)
    }

    @Test func aClosedQueueMakesWhatWaitsAndTakesNoMore() throws {
        let started = DispatchSemaphore(value: 0)
        let release = DispatchSemaphore(value: 0)
        let queue = try CommitQueue { writes in
            started.signal()
            release.wait()
            return writes.map { _ in nil }
        }
        let finished = Guarded(0)
        let group = DispatchGroup()
        for number in 0..<2 {
            group.enter()
            Thread {
                do { try queue.run(PendingWrite { _ in }) } catch { Issue.record(error) }
                finished.withLock { $0 += 1 }
                group.leave()
            }.start()
            if number == 0 { started.wait() } else { while queue.waitingCount == 0 { sched_yield() } }
        }
        queue.close()
        #expect(throws: StoreError.self) { try queue.run(PendingWrite { _ in }) }
        release.signal()
        release.signal()
        group.wait()
        #expect(finished.withLock { $0 } == 2)
    }
}

/// One transaction for several writes.
@Suite struct GroupTransactionTests {
    private let directory: TemporaryDirectory
    private let pool: DatabasePool

    private struct Refused: Error {}

    init() throws {
        directory = try TemporaryDirectory()
        pool = try DatabasePool(path: directory.path + "/t.sqlite")
        try pool.write { db in
            try db.execute(
                sql: """
                    CREATE TABLE parent (id INTEGER PRIMARY KEY);
                    CREATE TABLE t (
                        id INTEGER PRIMARY KEY,
                        parent INTEGER REFERENCES parent (id) DEFERRABLE INITIALLY DEFERRED);
                    """)
        }
    }

    private static func insert(_ id: Int, parent: Int? = nil, thenFails: Bool = false) -> PendingWrite {
        PendingWrite { db in
            try db.execute(sql: "INSERT INTO t VALUES (?, ?)", arguments: [id, parent])
            if thenFails { throw Refused() }
        }
    }

    private func commit(_ writes: [PendingWrite]) -> (failures: [(any Error)?], count: Int?) {
        pool.commit(writes) { try Int.fetchOne($0, sql: "SELECT COUNT(*) FROM t") ?? 0 }
    }

    private func ids() throws -> [Int] { try pool.read { try Int.fetchAll($0, sql: "SELECT id FROM t ORDER BY id") } }

    @Test func aWriteThatFailsUndoesItsOwnStatementsAlone() throws {
        let (failures, count) = commit([
            Self.insert(1), Self.insert(2, thenFails: true), Self.insert(1), Self.insert(3), Self.insert(2),
        ])
        #expect(failures[0] == nil && failures[3] == nil && failures[4] == nil)
        #expect(failures[1] is Refused)
        #expect((failures[2] as? DatabaseError)?.resultCode == .SQLITE_CONSTRAINT)
        #expect(try ids() == [1, 2, 3])
        #expect(count == 3)
    }

    @Test func aLoneWriteThatFailsLeavesNothing() throws {
        let (failures, count) = commit([Self.insert(1, thenFails: true)])
        #expect(failures.count == 1 && failures[0] is Refused)
        #expect(count == nil)
        #expect(try ids() == [])
    }

    @Test func aTransactionThatCannotBeCommittedFailsForAll() throws {
        let (failures, count) = commit([Self.insert(1), Self.insert(2, parent: 9), Self.insert(3, thenFails: true)])
        #expect((failures[0] as? DatabaseError)?.resultCode == .SQLITE_CONSTRAINT)
        #expect((failures[1] as? DatabaseError)?.resultCode == .SQLITE_CONSTRAINT)
        #expect(failures[2] is Refused)
        #expect(count == nil)
        #expect(try ids() == [])
        // And the next one is well.
        #expect(commit([Self.insert(1), Self.insert(2)]).failures.allSatisfy { $0 == nil })
        #expect(try ids() == [1, 2])
    }

    @Test func aTransactionThatIsGoneFailsForAll() throws {
        let rollback = PendingWrite { db in
            try db.execute(sql: "ROLLBACK")
            throw Refused()
        }
        let (failures, count) = commit([Self.insert(1), rollback, Self.insert(2)])
        #expect(failures.allSatisfy { $0 != nil })
        #expect(count == nil)
        #expect(try ids() == [])
        #expect(commit([Self.insert(5)]).count == 1)
    }
}
