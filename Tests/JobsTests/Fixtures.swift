import Foundation
import Jobs
import Perceptron
import SQLiteStore
import Testing

/// The implementations that must behave alike.
enum StoreKind: String, CaseIterable, CustomTestStringConvertible {
    case memory, sqlite

    var testDescription: String { rawValue }
}

/// A store of its own for one test, with a clock that moves on by a millisecond at each reading.
struct TestStore {
    let store: any JobStore

    init(_ kind: StoreKind, clock: TestClock = TestClock()) throws {
        switch kind {
        case .memory:
            store = MemoryStore { clock.read() }
        case .sqlite:
            let directory = try TemporaryDirectory()
            // The store's clock keeps the directory for as long as the store is there.
            store = try SQLiteStore(directory: directory.path) { withExtendedLifetime(directory) { clock.read() } }
        }
    }
}

final class TestClock: Sendable {
    private let time = Guarded<Int64>(1_700_000_000_000)

    func advance(milliseconds: Int64) { time.withLock { $0 += milliseconds } }

    func read() -> Timestamp {
        time.withLock { time in
            time += 1
            return Timestamp(milliseconds: time)
        }
    }
}

/// A directory that is gone when its last owner is.
final class TemporaryDirectory: Sendable {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "espalier-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}

extension JobStore {
    /// After a crash of as many workers as there were jobs.
    func recover() throws(StoreError) -> Recovery { try recover(workers: .max) }
}

extension JobSubmission {
    static func make(
        id: JobID = .random(), name: String? = nil, table: String = "table", initialWeights: String? = nil,
        epochs: Int = 10, sweep: SweepMembership? = nil
    ) -> JobSubmission {
        JobSubmission(
            id: id, name: name, settings: Array(#"{"training":{"seed":3}}"#.utf8), tableHash: table,
            initialWeightsHash: initialWeights, parameterCount: 121, epochs: epochs, sweep: sweep)
    }
}

extension JobEnding {
    static let success = JobEnding(.succeeded, stopReason: .completed)
}

extension JobStore {
    /// A job that has been claimed.
    func running() throws -> Job {
        _ = try submit(.make())
        return try #require(try claim())
    }

    /// A job in the given status, reached the ordinary way. The store must hold no queued job.
    func job(in status: JobStatus) throws -> Job {
        let id = JobID.random()
        _ = try submit(.make(id: id))
        if status != .queued {
            let claimed = try #require(try claim())
            switch status {
            case .queued, .running: break
            case .cancelling: _ = try requestCancel(id)
            case .succeeded: _ = try finish(id, leaseEpoch: claimed.leaseEpoch, .success)
            case .failed: _ = try finish(id, leaseEpoch: claimed.leaseEpoch, JobEnding(.failed))
            case .cancelled: _ = try finish(id, leaseEpoch: claimed.leaseEpoch, JobEnding(.cancelled))
            }
        }
        let job = try #require(try self.job(id))
        #expect(job.status == status)
        return job
    }
}

/// Runs `body` on `count` threads of their own at once and waits for all.
func onThreads(_ count: Int, _ body: @escaping @Sendable (Int) -> Void) {
    let group = DispatchGroup()
    for index in 0..<count {
        group.enter()
        Thread {
            body(index)
            group.leave()
        }.start()
    }
    group.wait()
}
