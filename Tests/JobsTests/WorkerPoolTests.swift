import Dispatch
import Glibc
import Jobs
import Perceptron
import Testing

@Suite struct WorkerPoolTests {
    @Test(arguments: [1, 2, 4])
    func noMoreJobsRunAtOnceThanThereAreWorkers(workers: Int) throws {
        let bench = try PoolBench(.memory, workers: workers) { bench, _, _ in
            let order = bench.tally.withLock { tally in
                tally.runningNow += 1
                tally.mostAtOnce = max(tally.mostAtOnce, tally.runningNow)
                tally.runs += 1
                return tally.runs
            }
            // The first ones wait for each other: that many must run at once.
            if order <= workers {
                bench.started.signal()
                bench.release.waitOrFail()
            }
            bench.tally.withLock { $0.runningNow -= 1 }
            return .finished(.success)
        }
        for _ in 0..<40 { _ = try bench.submit() }
        for _ in 0..<workers { bench.started.waitOrFail() }
        #expect(bench.pool.runningCount == workers)
        #expect(try bench.store.queuedCount() == 40 - workers)
        for _ in 0..<workers { bench.release.signal() }
        bench.waitUntilSettled(40)
        #expect(bench.tally.withLock { $0.mostAtOnce } == workers)
        #expect(bench.drain())
    }

    @Test(arguments: StoreKind.allCases, [1, 2])
    func twoHundredSmallJobsAllFinishOnce(kind: StoreKind, workers: Int) throws {
        let runs = Guarded<[JobID: Int]>([:])
        let bench = try PoolBench(kind, workers: workers) { _, job, _ in
            runs.withLock { $0[job.id, default: 0] += 1 }
            return .finished(.success)
        }
        let ids = try (0..<200).map { _ in try bench.submit() }
        bench.waitUntilSettled(200)
        #expect(runs.withLock { $0 } == Dictionary(uniqueKeysWithValues: ids.map { ($0, 1) }))
        #expect(try bench.store.counts()[.succeeded] == 200)
        #expect(bench.drain())
    }

    @Test func jobsRunInTheOrderOfTheirSubmission() throws {
        let order = Guarded<[JobID]>([])
        let bench = try PoolBench(.memory, workers: 1) { _, job, _ in
            order.withLock { $0.append(job.id) }
            return .finished(.success)
        }
        let ids = try (0..<50).map { _ in try bench.submit() }
        bench.waitUntilSettled(50)
        #expect(order.withLock { $0 } == ids)
        #expect(bench.drain())
    }

    @Test func anIdlePoolHearsOfEverySubmission() throws {
        let bench = try PoolBench(.memory, workers: 2) { _, _, _ in .finished(.success) }
        for _ in 0..<2_000 {
            _ = try bench.submit()
            bench.waitUntilSettled(1)
        }
        #expect(try bench.store.counts()[.succeeded] == 2_000)
        #expect(bench.drain())
    }

    /// The worst moment: the worker has found the queue empty and is about to go to sleep.
    @Test func aSubmissionDuringAnEmptyHandedClaimRuns() throws {
        let bench = PoolBench(
            MemoryStore(), workers: 1,
            afterClaim: { bench, job in
                guard job == nil, bench.tally.withLock({ $0.runs == 0 }) else { return }
                do { _ = try bench.submit() } catch { Issue.record(error) }
            },
            run: { bench, _, _ in
                bench.tally.withLock { $0.runs += 1 }
                return .finished(.success)
            })
        try bench.pool.start()
        bench.waitUntilSettled(1)
        #expect(try bench.store.counts()[.succeeded] == 1)
        #expect(bench.drain())
    }

    /// While a brief job runs the next one is fetched, and no more; it does not run before its turn.
    @Test(arguments: StoreKind.allCases)
    func theNextJobIsFetchedWhileABriefOneRuns(kind: StoreKind) throws {
        let bench = try PoolBench(kind, workers: 1) { bench, _, _ in
            let isFirst = bench.tally.withLock { tally in
                tally.runningNow += 1
                tally.mostAtOnce = max(tally.mostAtOnce, tally.runningNow)
                tally.runs += 1
                return tally.runs == 1
            }
            if isFirst {
                bench.started.signal()
                bench.release.waitOrFail()
            }
            bench.tally.withLock { $0.runningNow -= 1 }
            return .finished(.success)
        }
        let ids = try (0..<20).map { _ in try bench.submit(name: PoolBench.brief) }
        bench.started.waitOrFail()
        // The claim is in the store before the pool's own books have it.
        try bench.waitUntil { bench.pool.monitor(for: ids[1]) != nil }
        #expect(try bench.store.job(ids[1])?.status == .running)
        #expect(try bench.store.queuedCount() == 18)
        #expect(bench.pool.runningCount == 1)
        bench.release.signal()
        bench.waitUntilSettled(20)
        #expect(bench.tally.withLock { $0.mostAtOnce } == 1)
        #expect(bench.tally.withLock { $0.runs } == 20)
        #expect(bench.drain())
    }

    /// What is fetched ahead is long: nothing more is, which would have to wait for it.
    @Test func nothingIsFetchedThatWouldWaitForALongJob() throws {
        let bench = try PoolBench(.memory, workers: 1) { bench, job, _ in
            bench.started.signal()
            bench.release.waitOrFail()
            return .finished(.success)
        }
        let brief = try bench.submit(name: PoolBench.brief)
        let long = try (0..<3).map { _ in try bench.submit() }
        bench.started.waitOrFail()
        try bench.waitUntil { try bench.store.job(long[0])?.status == .running }
        bench.release.signal()
        bench.started.waitOrFail()
        bench.waitUntilSettled(1)
        #expect(try bench.store.job(brief)?.status == .succeeded)
        // The long one runs, and the thread that ended the brief one has come to rest.
        #expect(try bench.store.counts()[.running] == 1)
        #expect(try bench.store.queuedCount() == 2)
        for _ in 0..<2 {
            bench.release.signal()
            bench.started.waitOrFail()
            #expect(try bench.store.counts()[.running] == 1)
        }
        bench.release.signal()
        bench.waitUntilSettled(3)
        #expect(bench.drain())
    }

    @Test func briefJobsRunInTheOrderOfTheirSubmissionToo() throws {
        let order = Guarded<[JobID]>([])
        let bench = try PoolBench(.memory, workers: 1) { _, job, _ in
            order.withLock { $0.append(job.id) }
            return .finished(.success)
        }
        let ids = try (0..<500).map { _ in try bench.submit(name: PoolBench.brief) }
        bench.waitUntilSettled(500)
        #expect(order.withLock { $0 } == ids)
        #expect(bench.drain())
    }

    @Test(arguments: StoreKind.allCases, [1, 2, 4])
    func briefAndLongJobsAllFinishOnceAndNeverTooManyAtOnce(kind: StoreKind, workers: Int) throws {
        let bench = try PoolBench(kind, workers: workers) { bench, _, _ in
            bench.tally.withLock { tally in
                tally.runningNow += 1
                tally.mostAtOnce = max(tally.mostAtOnce, tally.runningNow)
                tally.runs += 1
            }
            sched_yield()
            bench.tally.withLock { $0.runningNow -= 1 }
            return .finished(.success)
        }
        for number in 0..<400 { _ = try bench.submit(name: number % 3 == 0 ? nil : PoolBench.brief) }
        bench.waitUntilSettled(400)
        #expect(bench.tally.withLock { $0.runs } == 400)
        #expect(bench.tally.withLock { $0.mostAtOnce } <= workers)
        #expect(try bench.store.counts()[.succeeded] == 400)
        #expect(bench.drain())
    }

    @Test func aJobFetchedAheadIsPutBackByADrain() throws {
        let bench = try PoolBench(.memory, workers: 1) { bench, _, monitor in
            bench.started.signal()
            _ = monitor.waitForStopRequest()
            return .interrupted
        }
        let ids = try (0..<3).map { _ in try bench.submit(name: PoolBench.brief) }
        bench.started.waitOrFail()
        try bench.waitUntil { try bench.store.job(ids[1])?.status == .running }
        #expect(bench.drain())
        #expect(try bench.store.counts()[.queued] == 3)
        for id in ids { #expect(try bench.store.job(id)?.attempts == 0) }
    }

    @Test func aJobFetchedAheadCanBeCancelled() throws {
        let bench = try PoolBench(.memory, workers: 1) { bench, _, monitor in
            if bench.tally.withLock({ tally in
                tally.runs += 1
                return tally.runs == 1
            }) {
                bench.started.signal()
                bench.release.waitOrFail()
            }
            return .finished(JobEnding(monitor.stopRequest == .cancel ? .cancelled : .succeeded))
        }
        let ids = try (0..<2).map { _ in try bench.submit(name: PoolBench.brief) }
        bench.started.waitOrFail()
        try bench.waitUntil { bench.pool.monitor(for: ids[1]) != nil }
        guard case .cancelling = try bench.pool.cancel(ids[1]) else {
            Issue.record("not being cancelled")
            return
        }
        bench.release.signal()
        bench.waitUntilSettled(2)
        #expect(try bench.store.job(ids[0])?.status == .succeeded)
        #expect(try bench.store.job(ids[1])?.status == .cancelled)
        #expect(bench.drain())
    }

    @Test func whatWasQueuedBeforeTheStartRuns() throws {
        let store = MemoryStore()
        for _ in 0..<3 { _ = try store.submit(.make()) }
        let bench = PoolBench(store, workers: 2) { _, _, _ in .finished(.success) }
        try bench.pool.start()
        bench.waitUntilSettled(3)
        #expect(bench.drain())
    }

    @Test func aFailedRunIsAFailedJob() throws {
        let failure = JobFailure(code: "out_of_memory", title: "Not enough memory", detail: "Ask for less.")
        let bench = try PoolBench(.memory, workers: 1) { _, job, _ in
            .finished(job.name == "bad" ? JobEnding(.failed, failure: failure) : .success)
        }
        let bad = try bench.submit(name: "bad")
        let good = try bench.submit(name: "good")
        bench.waitUntilSettled(2)
        #expect(try bench.store.job(bad)?.status == .failed)
        #expect(try bench.store.job(bad)?.failure == failure)
        #expect(try bench.store.job(good)?.status == .succeeded)
        #expect(bench.drain())
    }

    @Test func aRunningJobHasAMonitor() throws {
        let bench = try PoolBench(.memory, workers: 1) { bench, job, monitor in
            bench.started.signal()
            bench.release.waitOrFail()
            return .finished(bench.pool.monitor(for: job.id) === monitor ? .success : JobEnding(.failed))
        }
        let id = try bench.submit(epochs: 77)
        bench.started.waitOrFail()
        #expect(bench.pool.monitor(for: id)?.progress.epochs == 77)
        #expect(bench.pool.monitor(for: .random()) == nil)
        bench.release.signal()
        bench.waitUntilSettled(1)
        #expect(try bench.store.job(id)?.status == .succeeded)
        #expect(bench.drain())
        #expect(bench.pool.monitor(for: id) == nil)
        #expect(bench.pool.runningCount == 0)
    }

    @Test(arguments: StoreKind.allCases)
    func aJobGivenToAnotherIsLeftAlone(kind: StoreKind) throws {
        let bench = try PoolBench(kind, workers: 1) { bench, _, _ in
            bench.started.signal()
            bench.release.waitOrFail()
            return .finished(.success)
        }
        let id = try bench.submit()
        bench.started.waitOrFail()
        _ = try bench.store.recover()
        let other = try #require(try bench.store.claim())
        #expect(other.id == id)
        bench.release.signal()
        bench.waitUntilSettled(1)
        #expect(try bench.store.job(id)?.status == .running)
        #expect(try bench.store.job(id)?.leaseEpoch == 2)
        #expect(bench.drain())
    }

    @Test func errorsOfTheStoreAreReportedAndOvercome() throws {
        let bench = try PoolBench(.memory, workers: 1, failing: [.claim: 2, .finish: 3]) { _, _, _ in
            .finished(.success)
        }
        let id = try bench.submit()
        bench.waitUntilSettled(1)
        #expect(try bench.store.job(id)?.status == .succeeded)
        #expect(bench.errors.all == Array(repeating: .diskFull("by the test's wish"), count: 5))
        #expect(bench.drain())
    }
}

/// A pool over an intercepted store, with the signals its tests need.
final class PoolBench: Sendable {
    typealias Run = @Sendable (PoolBench, Job, TrainingMonitor) -> JobCompletion

    /// The name of jobs that the pool takes for brief ones.
    static let brief = "brief"

    struct Tally {
        var runs = 0
        var runningNow = 0
        var mostAtOnce = 0
    }

    let store: InterceptedStore
    let pool: WorkerPool
    let started = DispatchSemaphore(value: 0)
    let release = DispatchSemaphore(value: 0)
    let settled: DispatchSemaphore
    let tally = Guarded(Tally())
    /// What the pool has told of endings.
    let endings: Guarded<[JobID: [JobEnding.Status]]>
    let errors: ErrorLog

    final class ErrorLog: Sendable {
        private let log = Guarded<[StoreError]>([])
        func append(_ error: StoreError) { log.withLock { $0.append(error) } }
        var all: [StoreError] { log.withLock { $0 } }
        var isEmpty: Bool { log.withLock { $0.isEmpty } }
    }

    /// The bench a run closure belongs to, which exists only after the pool and must not be kept by it.
    private final class Reference: Sendable {
        private struct Weak {
            weak var bench: PoolBench?
        }

        private let weak = Guarded(Weak())

        var bench: PoolBench? {
            get { weak.withLock { $0.bench } }
            set { weak.withLock { $0.bench = newValue } }
        }
    }

    init(
        _ store: any JobStore, workers: Int, failing: [InterceptedStore.Verb: Int] = [:],
        afterClaim: @escaping @Sendable (PoolBench, Job?) -> Void = { _, _ in }, run: @escaping Run
    ) {
        let reference = Reference()
        let (settled, errors) = (DispatchSemaphore(value: 0), ErrorLog())
        let intercepted = InterceptedStore(
            store, failing: failing,
            afterClaim: { job in
                if let bench = reference.bench { afterClaim(bench, job) }
            },
            afterSettling: { _ in settled.signal() })
        self.store = intercepted
        self.settled = settled
        self.errors = errors
        let endings = Guarded<[JobID: [JobEnding.Status]]>([:])
        self.endings = endings
        pool = WorkerPool(
            store: intercepted, workers: workers,
            backoff: Backoff(initial: .milliseconds(1), longest: .milliseconds(4)),
            report: { errors.append($0) },
            isBrief: { $0.name == PoolBench.brief },
            didFinish: { job, ending in endings.withLock { $0[job.id, default: []].append(ending.status) } },
            run: { job, monitor in
                guard let bench = reference.bench else { return .interrupted }
                return run(bench, job, monitor)
            })
        reference.bench = self
    }

    convenience init(
        _ kind: StoreKind, workers: Int, failing: [InterceptedStore.Verb: Int] = [:],
        afterClaim: @escaping @Sendable (PoolBench, Job?) -> Void = { _, _ in }, run: @escaping Run
    ) throws {
        self.init(try TestStore(kind).store, workers: workers, failing: failing, afterClaim: afterClaim, run: run)
        try pool.start()
    }

    func submit(name: String? = nil, epochs: Int = 10) throws -> JobID {
        let job = try store.submit(.make(name: name, epochs: epochs))
        pool.notifySubmitted()
        return job.id
    }

    func waitUntilSettled(_ jobs: Int, sourceLocation: SourceLocation = #_sourceLocation) {
        for _ in 0..<jobs { settled.waitOrFail(sourceLocation: sourceLocation) }
    }

    /// Waits for something that no signal tells of.
    func waitUntil(_ isReached: () throws -> Bool, sourceLocation: SourceLocation = #_sourceLocation) throws {
        let deadline = ContinuousClock.now + .seconds(30)
        while try !isReached() {
            guard ContinuousClock.now < deadline else {
                Issue.record("it did not come to that", sourceLocation: sourceLocation)
                return
            }
            sched_yield()
        }
    }

    func drain() -> Bool { pool.drain(timeout: .seconds(20)) }
}

extension DispatchSemaphore {
    /// A signal that does not come fails the test instead of hanging it.
    func waitOrFail(sourceLocation: SourceLocation = #_sourceLocation) {
        #expect(wait(timeout: .now() + .seconds(30)) == .success, "no signal came", sourceLocation: sourceLocation)
    }
}

extension TrainingMonitor {
    /// As a training loop does between steps; nil if no request comes.
    func waitForStopRequest() -> StopRequest? {
        let deadline = ContinuousClock.now + .seconds(30)
        while stopRequest == nil, ContinuousClock.now < deadline { sched_yield() }
        return stopRequest
    }
}
