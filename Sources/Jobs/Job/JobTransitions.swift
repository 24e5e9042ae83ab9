import JSONDocument

/// The status machine. Each step changes the job in memory and returns the event to be stored with it, in one
/// transaction; nil or none means the step does not apply and nothing changed. Every store goes through these.
extension Job {
    /// Whether the attempt that began with `leaseEpoch` still holds the job.
    package func isHeld(by leaseEpoch: Int) -> Bool { status.isHeld && self.leaseEpoch == leaseEpoch }

    /// The first event.
    package mutating func submitted() -> JobEvent { event(.queued, at: createdAt) }

    /// queued → running.
    package mutating func start(at now: Timestamp) -> JobEvent? {
        guard status == .queued else { return nil }
        status = .running
        startedAt = now
        attempts += 1
        leaseEpoch += 1
        return event(.started, at: now)
    }

    /// Adds alarms of a run, if `leaseEpoch` still holds the job: those that it has not had before: an attempt that goes over
    /// the same ground sees the same.
    package mutating func raise(leaseEpoch: Int, _ raised: [JobAlarm], at now: Timestamp) -> [JobEvent] {
        guard isHeld(by: leaseEpoch) else { return [] }
        var known = Set(alarms.map(\.identity))
        var events: [JobEvent] = []
        for alarm in raised where known.insert(alarm.alarm.identity).inserted {
            alarms.append(Alarm(alarm.alarm))
            lastEvent += 1
            events.append(JobEvent(alarm, number: lastEvent, at: now))
        }
        return events
    }

    /// queued → cancelled, running → cancelling.
    package mutating func requestCancel(at now: Timestamp) -> JobEvent? {
        switch status {
        case .queued:
            return cancel(at: now)
        case .running:
            status = .cancelling
            return event(.cancelling, at: now)
        case .cancelling, .succeeded, .failed, .cancelled:
            return nil
        }
    }

    /// running or cancelling → succeeded, failed or cancelled, if `leaseEpoch` still holds the job. The events are the
    /// alarms that are new, then the end.
    package mutating func finish(leaseEpoch: Int, _ ending: JobEnding, at now: Timestamp) -> [JobEvent] {
        guard isHeld(by: leaseEpoch) else { return [] }
        let raised = raise(leaseEpoch: leaseEpoch, ending.alarms, at: now)
        status = ending.status.jobStatus
        stopReason = ending.stopReason
        result = ending.result
        failure = ending.failure
        finishedAt = now
        switch ending.status {
        case .succeeded: return raised + [event(.succeeded, at: now)]
        case .failed: return raised + [event(.failed, at: now)]
        case .cancelled: return raised + [event(.cancelled, at: now)]
        }
    }

    /// An attempt goes on from a checkpoint, if `leaseEpoch` still holds the job; `epoch` epochs are done.
    package mutating func resume(leaseEpoch: Int, epoch: Int, at now: Timestamp) -> JobEvent? {
        guard isHeld(by: leaseEpoch) else { return nil }
        var data = JSONWriter()
        data.object { $0.member("epoch", epoch) }
        lastEvent += 1
        return JobEvent(number: lastEvent, kind: .resumed, at: now, data: data.bytes)
    }

    /// Hands an interrupted job back, if `leaseEpoch` still holds it: running → queued, cancelling → cancelled.
    package mutating func requeue(leaseEpoch: Int, at now: Timestamp) -> JobEvent? {
        guard isHeld(by: leaseEpoch) else { return nil }
        return recover(hadBegun: false, at: now)
    }

    /// Takes a job from a worker that is no more: running → queued, cancelling → cancelled. A start counts as an attempt
    /// only if the job may have been what ended the worker.
    package mutating func recover(hadBegun: Bool, at now: Timestamp) -> JobEvent? {
        switch status {
        case .running:
            if !hadBegun { attempts -= 1 }
            status = .queued
            startedAt = nil
            return event(.requeued, at: now)
        case .cancelling:
            return cancel(at: now)
        case .queued, .succeeded, .failed, .cancelled:
            return nil
        }
    }

    private mutating func cancel(at now: Timestamp) -> JobEvent {
        status = .cancelled
        stopReason = .cancelled
        finishedAt = now
        return event(.cancelled, at: now)
    }

    private mutating func event(_ kind: JobEvent.Kind, at now: Timestamp) -> JobEvent {
        lastEvent += 1
        return JobEvent(kind, of: self, number: lastEvent, at: now)
    }
}
