import Datasets
import JSONDocument
import Perceptron

/// Runs one job from its stored settings to what is kept of it.
public struct JobRunner: Sendable {
    /// Starts of one job; each but the last ended with the whole process, so that the job may be the reason.
    public static let attemptLimit = 3

    private let archive: JobArchive
    private let checkpoints: CheckpointArchive?
    private let checkpointInterval: Double
    private let limits: DatasetLimits
    private let persistence: Persistence
    private let report: Report
    private let metrics: TrainingMetrics
    private let raise: @Sendable (JobAlarm, Job) -> Void

    /// A runner over this archive, which keeps checkpoints every `checkpointInterval` seconds if it has a place for them.
    /// What the disk refuses is tried again after a wait given by `backoff`.
    /// What the operator must know of a job's failure goes to `report`; alarms of jobs that are not brief go to `raise` at
    /// once. All alarms are in the endings.
    public init(
        archive: JobArchive, checkpoints: CheckpointArchive? = nil, checkpointInterval: Double = 5,
        limits: DatasetLimits = DatasetLimits(), backoff: Backoff = Backoff(),
        report: Report = .none, metrics: TrainingMetrics = TrainingMetrics(),
        raise: @escaping @Sendable (JobAlarm, Job) -> Void = { _, _ in }
    ) {
        self.archive = archive
        self.checkpoints = checkpoints
        self.checkpointInterval = checkpointInterval
        self.limits = limits
        persistence = Persistence(backoff: backoff, report: report)
        self.report = report
        self.metrics = metrics
        self.raise = raise
    }

    /// Whether training `job` takes some milliseconds at most, on any machine: each row of each epoch, those that are only
    /// measured included, costs some multiplications a parameter, and a little for itself.
    @Sendable public static func isBrief(_ job: Job) -> Bool {
        do {
            let data = try JSONDocument.parse(job.settings).root["data"]
            // What augmentation takes depends on more than the network.
            if let augment = data?["augment"], !augment.isNull { return false }
            let sets = data?["rows"]
            guard let train = sets?["train"]?.integer else { return false }
            let rows = train + (sets?["dev"]?.integer ?? 0) + (sets?["test"]?.integer ?? 0)
            return Double(rows) * Double(job.epochs) * Double(job.parameterCount + 50) < 2e7
        } catch {
            // Its run will say what is wrong with it.
            return false
        }
    }

    /// Trains. The network is in the ending, or on disk, when this returns a result that has weights.
    public func run(_ job: Job, _ monitor: TrainingMonitor) -> JobCompletion {
        if job.attempts > JobRunner.attemptLimit { return .finished(JobEnding(.failed, failure: .tooManyAttempts)) }
        var alarms: () -> [JobAlarm] = { [] }
        do {
            let plan = try persistence.insist(for: job, monitor, until: [.interrupt, .cancel]) {
                try self.plan(of: job)
            }
            alarms = { monitor.alarms.map { JobAlarm($0, of: plan) } }
            if !JobRunner.isBrief(job) {
                monitor.observeAlarms { [raise] in raise(JobAlarm($0, of: plan), job) }
            }
            let outcome = try measured(plan, job, monitor)
            if outcome.interrupted { return .interrupted }
            return .finished(try ending(of: job, plan, outcome, monitor))
        } catch let given as Persistence.GivenUp {
            return given.request == .interrupt
                ? .interrupted : .finished(.cancelled)
        } catch {
            let failure = JobFailure(error)
            if failure.code != "invalid_content" { report("the job failed: \(error)", job.noticeFields) }
            return .finished(JobEnding(.failed, history: monitor.history, alarms: alarms(), failure: failure))
        }
    }

    private func plan(of job: Job) throws -> JobPlan {
        let layers = try job.initialWeightsHash.map { try archive.initialLayers($0) }
        return try JobPlan(
            stored: job.settings, initialLayers: layers, table: archive.table(job.tableHash), limits: limits)
    }

    /// Trains, and has it counted.
    private func measured(_ plan: JobPlan, _ job: Job, _ monitor: TrainingMonitor) throws -> TrainingOutcome {
        let rows = plan.data.sets.train.count
        let batch = max(1, plan.training.batchSize.rows(of: rows))
        metrics.begin(job, monitor, examples: rows, steps: (rows + batch - 1) / batch)
        var epochs: Int?
        defer { metrics.end(job, epochs: epochs) }
        let outcome = try train(plan, job, monitor)
        if !outcome.interrupted { epochs = outcome.epochs }
        return outcome
    }

    private func train(_ plan: JobPlan, _ job: Job, _ monitor: TrainingMonitor) throws -> TrainingOutcome {
        guard let checkpoints, !JobRunner.isBrief(job) else {
            return try Training.run(plan.network, plan.training, on: plan.data.sets, monitor: monitor)
        }
        let latest = checkpoints.latest(of: job, report: report)
        let keeper = CheckpointKeeper(
            checkpoints, of: job, after: latest?.number ?? 0,
            progressed: { note(job) { try archive.noteProgress(of: job) } },
            report: report, metrics: metrics)
        defer { keeper.end() }
        var checkpointing = Checkpointing(interval: checkpointInterval) { history, write in
            keeper.save(history, isLast: monitor.stopRequest == .interrupt, write)
        }
        if let latest {
            checkpointing.resuming = latest.checkpoint
            checkpointing.hasResumed = { epoch in
                metrics.resume(job, epoch: epoch)
                note(job) { try archive.noteResumption(of: job, epoch: epoch) }
            }
            do {
                return try Training.run(
                    plan.network, plan.training, on: plan.data.sets, monitor: monitor, checkpointing: checkpointing)
            } catch let error as CheckpointError {
                report("begins anew, its checkpoint cannot be used: \(error)", level: .warning, job.noticeFields)
                checkpointing.resuming = nil
            }
        }
        return try Training.run(
            plan.network, plan.training, on: plan.data.sets, monitor: monitor, checkpointing: checkpointing)
    }

    /// What is noted beside a run must not end it.
    private func note(_ job: Job, _ write: () throws -> Void) {
        do {
            try write()
        } catch {
            report("progress cannot be noted: \(error)", job.noticeFields)
        }
    }

    private func ending(
        of job: Job, _ plan: JobPlan, _ outcome: TrainingOutcome, _ monitor: TrainingMonitor
    ) throws -> JobEnding {
        let divergence = outcome.divergence
        // What has been trained is kept for as long as there is a process to keep it, and somebody who wants it.
        let network =
            divergence == nil
            ? try persistence.insist(for: job, monitor, until: [.interrupt, .cancel]) {
                try archive.keep(outcome.network, for: job.id)
            } : nil
        var encoding = JSONWriter()
        encoding.object { plan.data.encoding.writeMembers(into: &$0) }
        let result = JobResult(
            epochs: outcome.epochs, train: divergence == nil ? outcome.train : nil,
            dev: divergence == nil ? outcome.dev : nil, test: divergence == nil ? outcome.test : nil,
            devLossError: divergence == nil ? try devLossError(of: job, plan, outcome) : nil, best: outcome.best,
            trainingSeconds: outcome.trainingSeconds, inputEncoding: encoding.bytes, hasWeights: divergence == nil)
        let alarms = outcome.alarms.map { JobAlarm($0, of: plan) }
        let failure =
            divergence.map { JobFailure($0, plan) }
            ?? outcome.reasonToStop.map { JobFailure(JobAlarm($0, of: plan)) }
        return JobEnding(
            outcome.stopReason.status, stopReason: outcome.stopReason, result: result, network: network,
            history: outcome.history,
            alarms: alarms, failure: failure)
    }
}

extension JobRunner {
    /// How exactly a trial of a sweep is judged by its dev set. Of a fold that is not asked: the other folds tell.
    private func devLossError(of job: Job, _ plan: JobPlan, _ outcome: TrainingOutcome) throws -> Double? {
        guard job.sweep != nil, plan.data.specification.arrangement == .withoutTest, outcome.dev != nil,
            let dev = plan.data.sets.dev
        else { return nil }
        return try outcome.network.standardErrorOfLoss(dev)
    }
}

extension JobFailure {
    /// Divergence: where it was, and what usually helps.
    init(_ divergence: TrainingOutcome.Divergence, _ plan: JobPlan) {
        var remedies = [
            "a smaller learning_rate (\(plan.training.learningRate / 10) instead of \(plan.training.learningRate))"
        ]
        if plan.data.specification.normalize == .none { remedies.append("\"normalize\": \"standard\"") }
        if plan.training.clipNorm == nil { remedies.append("\"clip_norm\": 1") }
        self.init(
            code: "diverged", title: "Training diverged",
            detail: "The cost or a parameter stopped being a finite number at step \(divergence.step) of epoch "
                + "\(divergence.epoch). Try \(remedies.joined(separator: ", or ")).", epoch: divergence.epoch,
            step: divergence.step)
    }

    /// An alarm that the job asked to be ended by.
    init(_ raised: JobAlarm) {
        let alarm = raised.alarm
        let place = alarm.layer.map { " in layer \($0)" } ?? ""
        let time = alarm.epoch == 0 ? "before training" : "in epoch \(alarm.epoch)"
        self.init(
            code: "alarm", title: "An alarm ended training",
            detail: "The alarm \(alarm.kind.rawValue) was raised\(place) \(time), and stop_on names it. "
                + "\(raised.message) \(raised.suggestion) The weights reached are kept.",
            epoch: alarm.epoch == 0 ? nil : alarm.epoch)
    }

    static let tooManyAttempts = JobFailure(
        code: "internal", title: "The service failed",
        detail: "The server ended \(JobRunner.attemptLimit) times while it ran this job, which is not tried again.")

    /// An error that kept a job from ending well.
    init(_ error: any Error) {
        switch error {
        case let error as TrainingError:
            self.init(code: "invalid_content", title: "The job cannot be trained", detail: "\(error.description).")
        case let faults as Faults:
            let first = faults.all.first.map { "\($0.pointer) \($0.detail)" } ?? ""
            self.init(code: "invalid_content", title: "The job cannot be trained", detail: "\(first).")
        default:
            self.init(
                code: "internal", title: "The service failed",
                detail: "The service could not read the job's data or keep its result.")
        }
    }
}
