import Glibc
import Jobs
import Perceptron
import Testing

/// Cancelling jobs and stopping the pool.
@Suite struct WorkerPoolStopTests {
    /// Trains until told to stop, as the engine does.
    private static let trainUntilStopped: PoolBench.Run = { bench, _, monitor in
        bench.started.signal()
        switch monitor.waitForStopRequest() {
        case .cancel: return .finished(JobEnding(.cancelled, stopReason: .cancelled))
        case .interrupt: return .interrupted
        case nil: return .finished(JobEnding(.failed))
        }
    }

    @Test(arguments: StoreKind.allCases)
    func aQueuedJobIsCancelledAtOnceAndNeverRuns(kind: StoreKind) throws {
        let ran = Guarded<[JobID]>([])
        let bench = try PoolBench(kind, workers: 1) { bench, job, _ in
            ran.withLock { $0.append(job.id) }
            bench.started.signal()
            bench.release.waitOrFail()
            return .finished(.success)
        }
        let first = try bench.submit()
        bench.started.waitOrFail()
        let second = try bench.submit()
        let third = try bench.submit()
        guard case .cancelled(let job) = try bench.pool.cancel(second) else {
            Issue.record("not cancelled at once")
            return
        }
        #expect(job.status == .cancelled)
        _ = try bench.pool.cancel(second)
        #expect(bench.endings.withLock { $0 } == [second: [.cancelled]])
        bench.release.signal()
        bench.release.signal()
        bench.waitUntilSettled(2)
        #expect(ran.withLock { $0 } == [first, third])
        #expect(bench.drain())
    }

    @Test(arguments: StoreKind.allCases)
    func aRunningJobHearsOfItsCancellation(kind: StoreKind) throws {
        let bench = try PoolBench(kind, workers: 1, run: WorkerPoolStopTests.trainUntilStopped)
        let id = try bench.submit()
        bench.started.waitOrFail()
        guard case .cancelling = try bench.pool.cancel(id) else {
            Issue.record("not being cancelled")
            return
        }
        bench.waitUntilSettled(1)
        #expect(try bench.store.job(id)?.status == .cancelled)
        #expect(try bench.store.events(id, after: 0)?.map(\.kind) == [.queued, .started, .cancelling, .cancelled])
        guard case .alreadyCancelled = try bench.pool.cancel(id) else {
            Issue.record("not idempotent")
            return
        }
        #expect(bench.drain())
    }

    @Test(arguments: StoreKind.allCases)
    func aCancellationThatTheStopOvertakesIsToldOf(kind: StoreKind) throws {
        let bench = try PoolBench(kind, workers: 1) { bench, job, _ in
            // As if the stop had come first: the attempt hears of nothing else.
            bench.started.signal()
            bench.release.waitOrFail()
            return .interrupted
        }
        let id = try bench.submit()
        bench.started.waitOrFail()
        _ = try bench.pool.cancel(id)
        bench.release.signal()
        bench.waitUntilSettled(1)
        #expect(bench.drain())
        #expect(try bench.store.job(id)?.status == .cancelled)
        #expect(bench.endings.withLock { $0 } == [id: [.cancelled]])
    }

    @Test(arguments: StoreKind.allCases)
    func aCancellationThatACrashOvertookIsToldOfAtTheNextStart(kind: StoreKind) throws {
        let store = try TestStore(kind).store
        let id = try store.job(in: .cancelling).id
        let bench = PoolBench(store, workers: 1) { _, _, _ in .finished(.success) }
        #expect(try bench.pool.recover().cancelled.map(\.id) == [id])
        #expect(bench.endings.withLock { $0 } == [id: [.cancelled]])
    }

    @Test func aFinishedJobStaysWhatItIs() throws {
        let bench = try PoolBench(.memory, workers: 1) { _, _, _ in .finished(.success) }
        let id = try bench.submit()
        bench.waitUntilSettled(1)
        guard case .conflict(let job) = try bench.pool.cancel(id) else {
            Issue.record("a succeeded job was cancelled")
            return
        }
        #expect(job.status == .succeeded)
        #expect(bench.drain())
    }

    /// The worst moment: the job is claimed, its monitor is not yet known to the pool.
    @Test(arguments: StoreKind.allCases)
    func aCancellationBetweenClaimAndStartIsNotLost(kind: StoreKind) throws {
        let bench = try PoolBench(
            kind, workers: 1,
            afterClaim: { bench, job in
                guard let job else { return }
                do {
                    guard case .cancelling = try bench.pool.cancel(job.id) else {
                        Issue.record("not being cancelled")
                        return
                    }
                } catch {
                    Issue.record(error)
                }
            },
            run: { _, _, monitor in
                .finished(JobEnding(monitor.stopRequest == .cancel ? .cancelled : .succeeded))
            })
        let id = try bench.submit()
        bench.waitUntilSettled(1)
        #expect(try bench.store.job(id)?.status == .cancelled)
        #expect(bench.drain())
    }

    @Test(arguments: [(StoreKind.memory, 3_000), (.sqlite, 300)])
    func aCancellationRacingTheStartIsNotLost(kind: StoreKind, rounds: Int) throws {
        let bench = try PoolBench(kind, workers: 2, run: WorkerPoolStopTests.trainUntilStopped)
        var whileQueued = 0
        for round in 0..<rounds {
            let id = try bench.submit()
            // Every other round gives the worker a head start of varying length.
            if round % 2 == 1 { for _ in 0..<(round % 100) { _ = try bench.store.job(id) } }
            switch try bench.pool.cancel(id) {
            case .cancelled, .alreadyCancelled: whileQueued += 1
            case .cancelling: bench.waitUntilSettled(1)
            case .conflict, .unknown: Issue.record("the job can only end by its cancellation")
            }
            #expect(try bench.store.job(id)?.status == .cancelled)
        }
        #expect(whileQueued < rounds, "the race never reached a worker")
        #expect(bench.drain())
    }

    @Test(arguments: StoreKind.allCases)
    func aDrainedPoolPutsItsJobsBack(kind: StoreKind) throws {
        let bench = try PoolBench(kind, workers: 2, run: WorkerPoolStopTests.trainUntilStopped)
        let ids = try (0..<5).map { _ in try bench.submit() }
        bench.started.waitOrFail()
        bench.started.waitOrFail()
        #expect(bench.drain())
        #expect(try bench.store.counts()[.queued] == 5)
        for (index, id) in ids.enumerated() {
            let job = try #require(try bench.store.job(id))
            #expect(job.attempts == 0)
            let kinds = try #require(try bench.store.events(id, after: 0)).map(\.kind)
            #expect(kinds == (index < 2 ? [.queued, .started, .requeued] : [.queued]))
        }
        _ = try bench.submit()
        try bench.pool.start()
        #expect(try bench.store.counts()[.queued] == 6)
        #expect(bench.drain())
    }

    @Test func aJobClaimedWhileThePoolDrainsIsPutBackUnrun() throws {
        let bench = try PoolBench(
            .memory, workers: 1, afterClaim: { bench, job in if job != nil { bench.release.waitOrFail() } },
            run: { _, _, _ in
                Issue.record("the job ran")
                return .finished(.success)
            })
        let id = try bench.submit()
        while try bench.store.job(id)?.status != .running { sched_yield() }
        #expect(!bench.pool.drain(timeout: .zero))
        bench.release.signal()
        bench.waitUntilSettled(1)
        #expect(try bench.store.job(id)?.status == .queued)
    }

    @Test func aDrainDoesNotWaitForEverForAJobThatDoesNotListen() throws {
        let bench = try PoolBench(.memory, workers: 1) { bench, _, _ in
            bench.started.signal()
            bench.release.waitOrFail()
            return .finished(.success)
        }
        let id = try bench.submit()
        bench.started.waitOrFail()
        #expect(!bench.pool.drain(timeout: .milliseconds(20)))
        #expect(try bench.store.job(id)?.status == .running)
        bench.release.signal()
        bench.waitUntilSettled(1)
    }

    @Test func aDrainEndsThoughTheStoreFailsForGood() throws {
        let bench = try PoolBench(
            .memory, workers: 1, failing: [.requeue: .max], run: WorkerPoolStopTests.trainUntilStopped)
        let id = try bench.submit()
        bench.started.waitOrFail()
        _ = bench.pool.drain(timeout: .milliseconds(50))
        #expect(try bench.store.job(id)?.status == .running)
        #expect(try bench.store.recover().requeued == 1)
        #expect(!bench.errors.isEmpty)
    }

    @Test func anIdlePoolDrainsAtOnceAndTwice() throws {
        let bench = try PoolBench(.memory, workers: 4) { _, _, _ in .finished(.success) }
        #expect(bench.drain())
        #expect(bench.drain())
    }
}
