import Datasets
import Perceptron

/// What is to be done for a sweep.
public enum SweepAction: Sendable {
    /// Queue these jobs.
    case submit([SweepJob])
    /// Stop these jobs.
    case cancel([JobID])
    /// Add trials: these are all, those so far among them.
    case extend([[SweepValue]])
    /// Try no more.
    case endSearch(SearchEnd)
    /// The sweep is over.
    case finish(SweepEnding)
    /// Nothing, until one of its jobs ends or the time is over.
    case wait
}

/// A job that a sweep wants.
public struct SweepJob: Sendable {
    /// Its place.
    public let place: SweepPlace
    /// What it departs in from the sweep's job.
    let changes: TrialTemplate.Changes
    /// What it makes of the sets.
    let arrangement: SetArrangement?
}

extension SweepProgress {
    /// What to do next.
    /// - Parameters:
    ///   - capacity: jobs of the sweep that may wait and run at a time, ≥ 1: other clients want their turn.
    ///   - now: the time.
    public func nextAction(capacity: Int, now: Timestamp) throws -> SweepAction {
        let active = runs.filter { !$0.status.isTerminal }
        switch sweep.status {
        case .succeeded, .failed, .cancelled: return .wait
        case .cancelling: return active.isEmpty ? .finish(.cancelled) : stop(active)
        case .running: break
        }
        if let final { return finalAction(final) }
        if sweep.searchEnd != nil { return active.isEmpty ? try closing() : stop(active) }
        let isSearching = trials.contains { $0.state == .waiting || $0.state == .running }
        if isSearching || trials.count < settings.trials, isOverdue(at: now) { return .endSearch(.timeLimit) }
        let missing = missingJobs(atMost: capacity - active.count)
        if !missing.isEmpty { return .submit(missing) }
        if !active.isEmpty { return .wait }
        if trials.count < settings.trials {
            let judged = trials.map { trial in
                JudgedTrial(
                    values: trial.values,
                    loss: trial.score.map { settings.judge.by.largerIsBetter ? -$0.mean : $0.mean })
            }
            let next = settings.nextTrials(after: judged)
            if !next.isEmpty { return .extend(trials.map(\.values) + next) }
        }
        return try closing()
    }

    /// When the search must end.
    public var deadline: Timestamp? {
        guard sweep.status == .running, sweep.searchEnd == nil, final == nil else { return nil }
        // Beyond some thousand years a deadline is as good as none.
        return settings.maxSeconds.map { seconds in
            Timestamp(milliseconds: sweep.createdAt.milliseconds + Int64(min(seconds, 1e11) * 1_000))
        }
    }

    private func isOverdue(at now: Timestamp) -> Bool { deadline.map { $0 <= now } ?? false }

    /// Asks those to stop that were not asked yet.
    private func stop(_ active: [SweepRun]) -> SweepAction {
        let running = active.filter { $0.status != .cancelling }
        return running.isEmpty ? .wait : .cancel(running.map(\.id))
    }

    /// Jobs of the trials, in their order, that are not queued yet.
    private func missingJobs(atMost limit: Int) -> [SweepJob] {
        guard limit > 0, let rung = rungs.indices.last else { return [] }
        var jobs: [SweepJob] = []
        for number in rungs[rung] where jobs.count < limit {
            let trial = trials[number]
            for (fold, run) in trial.rungs[rung].runs.enumerated() where run == nil && jobs.count < limit {
                jobs.append(
                    SweepJob(
                        place: .trial(number, rung: rung, fold: fold),
                        changes: .init(values: specification.pairs(trial.values), epochs: trial.rungs[rung].epochs),
                        arrangement: settings.judge.arrangement(fold: fold)))
            }
        }
        return jobs
    }

    /// The trial that the final model is made of.
    private func chosen() throws -> TrialProgress? {
        switch settings.choose {
        case .best: best
        case .oneStandardError: try oneStandardError() ?? best
        }
    }

    /// The search is over: the final model, or the news that there is none.
    private func closing() throws -> SweepAction {
        guard let chosen = try chosen() else { return .finish(.failed(noScore())) }
        let pairs = specification.pairs(chosen.values)
        var changes = TrialTemplate.Changes(values: pairs)
        let (_, training) = try specification.template.settings(changes)
        if settings.refit || specification.devRows == 0, let stopping = training.specification.earlyStopping,
            stopping.monitor != .trainLoss
        {
            // There is no dev set to stop by: as many epochs as were best when there was one.
            let epochs = chosen.rungs.last { $0.score != nil }?.runs.compactMap { $0?.result?.best?.epoch } ?? []
            let mean = Double(epochs.reduce(0, +)) / Double(max(epochs.count, 1))
            changes.withoutEarlyStopping = true
            changes.epochs = max(1, Int(mean.rounded()))
        }
        return .submit([SweepJob(place: .final, changes: changes, arrangement: settings.refit ? .trainOnDev : nil)])
    }

    private func finalAction(_ final: SweepRun) -> SweepAction {
        switch final.status {
        case .queued, .running, .cancelling: .wait
        case .succeeded: .finish(.succeeded)
        case .cancelled: .finish(.cancelled)
        case .failed: .finish(.failed(final.failure ?? .noTrialSucceeded))
        }
    }

    private func noScore() -> JobFailure {
        if sweep.searchEnd == .timeLimit { return .noTrialInTime }
        let failures = trials.flatMap(\.rungs).flatMap(\.runs).compactMap { $0?.failure }
        let codes = Set(failures.map(\.code))
        if codes == ["diverged"] { return .everyTrialDiverged }
        if codes == ["alarm"], let failure = failures.first { return .everyTrialAlarmed(failure) }
        return .noTrialSucceeded
    }
}

extension JobFailure {
    static let everyTrialDiverged = JobFailure(
        code: "diverged", title: "Training diverged",
        detail: "Every trial diverged. Try smaller learning rates, \"normalize\": \"standard\" or \"clip_norm\": 1.")
    static func everyTrialAlarmed(_ first: JobFailure) -> JobFailure {
        JobFailure(
            code: "alarm", title: first.title,
            detail: "An alarm of the job's stop_on ended every trial, the first: \(first.detail)")
    }
    static let noTrialInTime = JobFailure(
        code: "invalid_content", title: "The job cannot be trained",
        detail: "No trial was done within max_seconds.")
    static let noTrialSucceeded = JobFailure(
        code: "internal", title: "The service failed",
        detail: "No trial has a score; the jobs of the trials say why.")
}
