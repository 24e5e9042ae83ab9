import Perceptron

/// Threads that take jobs from a store, oldest first, and run them; each runs one job at a time.
///
/// Whoever submits a job to the store calls `notifySubmitted`; nothing polls. Cancellation of a job goes through
/// `cancel`, so that a running one hears of it at once. A pool that was started lives until it is drained.
public final class WorkerPool: Sendable {
    /// Runs a job to its end, or until its monitor is asked to stop.
    public typealias Run = @Sendable (Job, TrainingMonitor) -> JobCompletion

    private struct State {
        /// What the store holds at the start counts as one submission.
        var submissions = 1
        /// All jobs submitted up to this count of `submissions` had been claimed by someone.
        var claimedUpTo = 0
        var monitors: [JobID: TrainingMonitor] = [:]
        var threads: [WorkerThread] = []
        var alive = 0
        var isStarted = false
        var stopBy: ContinuousClock.Instant?
    }

    private let store: any JobStore
    private let workers: Int
    private let stackSize: Int
    private let backoff: Backoff
    private let report: @Sendable (StoreError) -> Void
    private let run: Run
    private let state = Guarded(State())

    /// A pool of `workers` (≥ 1) threads with stacks of `stackSize` bytes; `start` sets them to work. Errors of the
    /// store go to `report`, from any thread, and what failed is tried again after a wait given by `backoff`.
    public init(
        store: any JobStore, workers: Int, stackSize: Int = 16 << 20, backoff: Backoff = Backoff(),
        report: @escaping @Sendable (StoreError) -> Void, run: @escaping Run
    ) {
        self.store = store
        self.workers = max(1, workers)
        self.stackSize = stackSize
        self.backoff = backoff
        self.report = report
        self.run = run
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
        for _ in 1...workers {
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

    /// Jobs that run in this pool now.
    public var runningCount: Int { state.withLock { $0.monitors.count } }

    /// Asks for a job's cancellation, in the store and of the worker that has it.
    public func cancel(_ id: JobID) throws(StoreError) -> CancelOutcome {
        let outcome = try store.requestCancel(id)
        // No monitor yet: the worker registers it first and reads the job's status then, so it will see the request.
        if case .cancelling = outcome { monitor(for: id)?.stop(.cancel) }
        return outcome
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

// What a worker's thread does.
extension WorkerPool {
    private enum Turn {
        case claim(seen: Int)
        case stop
    }

    private func work() {
        var failures = 0
        while case .claim(let seen) = nextTurn() {
            do throws(StoreError) {
                let job = try store.claim()
                failures = 0
                if let job {
                    attempt(job)
                } else {
                    state.withLock { $0.claimedUpTo = max($0.claimedUpTo, seen) }
                }
            } catch {
                report(error)
                failures += 1
                _ = pause(after: failures)
            }
        }
        state.withLock { $0.alive -= 1 }
        state.ring(.stop)
    }

    /// Blocks while all that was submitted is known to be claimed. The count is read before the claim: what is
    /// submitted while an empty-handed claim goes on makes the two differ, so no submission is slept through.
    private func nextTurn() -> Turn {
        let turn: Turn? = state.wait(for: .work) { state in
            if state.stopBy != nil { return .stop }
            return state.submissions == state.claimedUpTo ? nil : .claim(seen: state.submissions)
        }
        return turn ?? .stop
    }

    private func attempt(_ job: Job) {
        let monitor = TrainingMonitor(epochs: job.epochs)
        let isDraining = state.withLock { state in
            state.monitors[job.id] = monitor
            return state.stopBy != nil
        }
        var completion = JobCompletion.interrupted
        if !isDraining {
            if wasCancelledMeanwhile(job) { monitor.stop(.cancel) }
            completion = run(job, monitor)
        }
        settle(job, completion)
        // Only now: until the ending is stored, the job's readers find its progress here.
        state.withLock { state in
            if state.monitors[job.id] === monitor { state.monitors[job.id] = nil }
        }
    }

    /// A cancellation that came between the claim and the monitor's registration has left its mark in the store.
    private func wasCancelledMeanwhile(_ job: Job) -> Bool {
        let status = persist { () throws(StoreError) in try store.job(job.id)?.status }
        return status == .cancelling
    }

    /// Stores what became of an attempt. An attempt that lost its lease meanwhile has nothing more to say.
    private func settle(_ job: Job, _ completion: JobCompletion) {
        switch completion {
        case .finished(let ending):
            _ = persist { () throws(StoreError) in
                try store.finish(job.id, leaseEpoch: job.leaseEpoch, ending)
            }
        case .interrupted:
            let wasHeld = persist { () throws(StoreError) in
                try store.requeue(job.id, leaseEpoch: job.leaseEpoch)
            }
            if wasHeld == true { notifySubmitted() }
        }
    }

    /// Repeats `call` until it succeeds; nil if the pool has to stop before.
    private func persist<Value>(_ call: () throws(StoreError) -> Value) -> Value? {
        var failures = 0
        while true {
            do throws(StoreError) {
                return try call()
            } catch {
                report(error)
                failures += 1
                if !pause(after: failures) { return nil }
            }
        }
    }

    /// Waits before a repetition. While the pool drains the wait is the shortest, and ends at the deadline: false then.
    private func pause(after failures: Int) -> Bool {
        let timeout = backoff.wait(after: failures)
        guard let deadline = state.wait(for: .stop, timeout: timeout, until: { $0.stopBy }) else { return true }
        guard ContinuousClock.now < deadline else { return false }
        let _: Bool? = state.wait(for: .stop, timeout: backoff.initial) { _ in nil }
        return true
    }
}
