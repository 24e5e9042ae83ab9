import Glibc
import Perceptron

// What a thread of the pool does.
extension WorkerPool {
    private enum Turn {
        case claim(seen: Int)
        case stop
    }

    func work() {
        var failures = 0
        while case .claim(let seen) = nextTurn() {
            do throws(StoreError) {
                var job = try store.claim()
                failures = 0
                if job == nil { noteEmptyQueue(seen: seen) }
                while let held = job { job = attempt(held) }
            } catch {
                release()
                report(error)
                failures += 1
                _ = pause(after: failures)
            }
        }
        state.withLock { $0.alive -= 1 }
        state.ring(.stop)
    }

    /// Blocks while all that was submitted is known to be claimed, or as many jobs are held as may be. The count is
    /// read before the claim: what is submitted while an empty-handed claim goes on makes the two differ, so no
    /// submission is slept through.
    private func nextTurn() -> Turn {
        let turn: Turn? = state.wait(for: .work) { state in
            if state.stopBy != nil { return .stop }
            if state.submissions == state.claimedUpTo { return nil }
            return take(&state).map { .claim(seen: $0) }
        }
        return turn ?? .stop
    }

    /// Leave to claim one job, with the count of submissions to tell `noteEmptyQueue`; nil if as many are held as may
    /// be. Beyond those that can run at once a job is held only if one worker at least has nothing but brief jobs:
    /// then that is all it waits for. What is being claimed may be long.
    private func take(_ state: inout State) -> Int? {
        let long = state.held - state.brief
        guard state.stopBy == nil, state.held < workers || (state.held < 2 * workers && long < workers) else {
            return nil
        }
        state.held += 1
        return state.submissions
    }

    /// A claim that was allowed has brought nothing.
    private func release() {
        state.withLock { $0.held -= 1 }
        state.ringOnce(.work)
    }

    private func noteEmptyQueue(seen: Int) {
        state.withLock { $0.claimedUpTo = max($0.claimedUpTo, seen) }
        release()
    }

    /// Runs a job to its end and answers with the next one, if that was claimed together with the ending.
    private func attempt(_ job: Job) -> Job? {
        let monitor = TrainingMonitor(epochs: job.epochs)
        let isBrief = isBrief(job)
        let place = state.withLock { state in
            state.monitors[job.id] = monitor
            if isBrief { state.brief += 1 }
            defer { state.claimed += 1 }
            return state.claimed
        }
        if isBrief { state.ringOnce(.work) }
        let completion = runInTurn(job, monitor, place: place)
        if isBrief { state.withLock { $0.brief -= 1 } }
        let next = settle(job, completion)
        // Only now: until the ending is stored, the job's readers find its progress here.
        state.withLock { state in
            if state.monitors[job.id] === monitor { state.monitors[job.id] = nil }
        }
        return next
    }

    private func runInTurn(_ job: Job, _ monitor: TrainingMonitor, place: Int) -> JobCompletion {
        let isToRun = state.wait(for: .turn) { state -> Bool? in
            if state.stopBy != nil { return false }
            guard state.running < workers, state.letRun == place else { return nil }
            state.running += 1
            state.letRun += 1
            return true
        }
        // There may be a worker for the one behind as well.
        state.ring(.turn)
        guard isToRun == true else { return .interrupted }
        if wasCancelledMeanwhile(job) { monitor.stop(.cancel) }
        let completion = run(job, monitor)
        state.withLock { $0.running -= 1 }
        state.ring(.turn)
        return completion
    }

    /// A cancellation that came between the claim and the monitor's registration has left its mark in the store.
    private func wasCancelledMeanwhile(_ job: Job) -> Bool {
        let status = persist { () throws(StoreError) in try store.job(job.id)?.status }
        return status == .cancelling
    }

    /// Stores what became of an attempt. An attempt that lost its lease meanwhile has nothing more to say. Answers with
    /// the next job, if that was claimed in the same breath.
    private func settle(_ job: Job, _ completion: JobCompletion) -> Job? {
        switch completion {
        case .finished(let ending):
            return finish(job, ending)
        case .interrupted:
            release()
            let status = persist { () throws(StoreError) in
                try store.requeue(job.id, leaseEpoch: job.leaseEpoch)
            }
            switch status {
            case .queued?: notifySubmitted()
            case .cancelled?: didFinish(job, .cancelled)
            default: break
            }
            return nil
        }
    }

    private func finish(_ job: Job, _ ending: JobEnding) -> Job? {
        let seen = state.withLock { state in
            state.held -= 1
            return take(&state)
        }
        if let seen {
            do throws(StoreError) {
                let turnover = try store.finishAndClaim(job.id, leaseEpoch: job.leaseEpoch, ending)
                if turnover.wasHeld { didFinish(job, ending) }
                if turnover.next == nil { noteEmptyQueue(seen: seen) }
                return turnover.next
            } catch {
                // What keeps a claim from succeeding must not keep an ending: from here on each goes its own way.
                release()
                report(error)
            }
        }
        let wasHeld = persist { () throws(StoreError) in
            try store.finish(job.id, leaseEpoch: job.leaseEpoch, ending)
        }
        if wasHeld == true { didFinish(job, ending) }
        return nil
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
