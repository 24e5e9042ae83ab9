import Perceptron

/// Threads that take jobs from a store, oldest first, and run them, as many at a time as there are workers.
///
/// A worker is two threads that take turns: while one trains, the other stores how the job before ended and fetches
/// the next one, so that no processor waits for the disk. A job is fetched ahead only where it will wait for brief
/// jobs alone.
///
/// Whoever submits a job to the store calls `notifySubmitted`; nothing polls. Cancellation of a job goes through
/// `cancel`, so that a running one hears of it at once. A pool that was started lives until it is drained.
public final class WorkerPool: Sendable {
    /// Runs a job to its end, or until its monitor is asked to stop.
    public typealias Run = @Sendable (Job, TrainingMonitor) -> JobCompletion

    struct State {
        /// What the store holds at the start counts as one submission.
        var submissions = 1
        /// All jobs submitted up to this count of `submissions` had been claimed by someone.
        var claimedUpTo = 0
        /// Jobs that are being claimed, wait for their turn or run.
        var held = 0
        /// Those of them that are known to take some milliseconds at most.
        var brief = 0
        /// Those of them that run.
        var running = 0
        /// Jobs that were claimed, and those of them that have been let run: they run in the order of their claims.
        var claimed = 0
        var letRun = 0
        var monitors: [JobID: TrainingMonitor] = [:]
        var threads: [WorkerThread] = []
        var alive = 0
        var isStarted = false
        var stopBy: ContinuousClock.Instant?
    }

    let store: any JobStore
    package let workers: Int
    let backoff: Backoff
    let report: @Sendable (StoreError) -> Void
    let isBrief: @Sendable (Job) -> Bool
    let run: Run
    let didFinish: @Sendable (Job, JobEnding) -> Void
    let state = Guarded(State())
    private let stackSize: Int

    /// A pool of `workers` (≥ 1) with thread stacks of `stackSize` bytes; `start` sets them to work. Errors of the
    /// store go to `report`, from any thread, and what failed is tried again after a wait given by `backoff`.
    /// `isBrief` tells of a job that it will run for some milliseconds at most; `didFinish` hears of every job whose ending
    /// is stored, as it was before and how it ended, on the thread that stored it.
    public init(
        store: any JobStore, workers: Int, stackSize: Int = 16 << 20, backoff: Backoff = Backoff(),
        report: @escaping @Sendable (StoreError) -> Void, isBrief: @escaping @Sendable (Job) -> Bool = { _ in false },
        didFinish: @escaping @Sendable (Job, JobEnding) -> Void = { _, _ in }, run: @escaping Run
    ) {
        self.store = store
        self.workers = max(1, workers)
        self.stackSize = stackSize
        self.backoff = backoff
        self.report = report
        self.isBrief = isBrief
        self.run = run
        self.didFinish = didFinish
    }

    /// Starts the threads, which at once take what is queued. Does nothing the second time, or after `drain`.
    /// Throws when the system grants fewer threads than asked for; those granted work until `drain`.
    public func start() throws(ThreadError) {
        let mayStart = state.withLock { state in
            guard !state.isStarted, state.stopBy == nil else { return false }
            state.isStarted = true
            return true
        }
        guard mayStart else { return }
        for _ in 0..<2 * workers {
            state.withLock { $0.alive += 1 }
            do throws(ThreadError) {
                let thread = try WorkerThread(stackSize: stackSize) { self.work() }
                state.withLock { $0.threads.append(thread) }
            } catch {
                state.withLock { $0.alive -= 1 }
                throw error
            }
        }
    }

    /// Tells the pool that a job has been queued. To be called after `submit` has returned.
    public func notifySubmitted() {
        state.withLock { $0.submissions += 1 }
        state.ringOnce(.work)
    }

    /// The monitor of a job that runs in this pool. A job read as running from the store just before, but without a
    /// monitor, is about to start or has ended since: read it again.
    public func monitor(for id: JobID) -> TrainingMonitor? { state.withLock { $0.monitors[id] } }

    /// Whether all threads that were started are there; a thread ends only when the pool stops.
    public var isComplete: Bool { state.withLock { !$0.isStarted || ($0.stopBy == nil && $0.alive == 2 * workers) } }

    /// Jobs that run in this pool now.
    public var runningCount: Int { state.withLock { $0.running } }

    /// Asks for a job's cancellation, in the store and of the worker that has it.
    public func cancel(_ id: JobID) throws(StoreError) -> CancelOutcome {
        let outcome = try store.requestCancel(id)
        switch outcome {
        // No monitor yet: the worker registers it first and reads the job's status then, so it will see the request.
        case .cancelling: monitor(for: id)?.stop(.cancel)
        case .cancelled(let job): didFinish(job, .cancelled)
        case .alreadyCancelled, .conflict, .unknown: break
        }
        return outcome
    }

    /// Takes jobs from the workers of an earlier process; to be called before `start`.
    public func recover() throws(StoreError) -> Recovery {
        let recovery = try store.recover(workers: workers)
        for job in recovery.cancelled { didFinish(job, .cancelled) }
        return recovery
    }

    /// Stops: takes no more jobs, interrupts those that run and puts them back in the queue, waits for the threads for
    /// at most `timeout`. Returns whether all of them ended; a job whose thread did not is recovered at the next start.
    public func drain(timeout: Duration) -> Bool {
        let deadline = ContinuousClock.now + timeout
        let monitors = state.withLock { state in
            if state.stopBy == nil { state.stopBy = deadline }
            return Array(state.monitors.values)
        }
        for monitor in monitors { monitor.stop(.interrupt) }
        state.ring(.work)
        state.ring(.turn)
        state.ring(.stop)
        let ended = state.wait(for: .stop, timeout: timeout) { $0.alive == 0 ? true : nil } ?? false
        let threads = state.withLock { state in
            defer { state.threads = [] }
            return state.threads
        }
        for thread in threads {
            if ended { thread.join() } else { thread.abandon() }
        }
        return ended
    }
}
