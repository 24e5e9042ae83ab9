import Datasets
import JSONDocument

/// Carries out what `SweepProgress` wants, on a thread of its own: queues the jobs of sweeps, a few at a time, and ends
/// sweeps. It keeps nothing: a coordinator that starts on the same store goes on where the last one was.
public final class SweepCoordinator: Sendable {
    private struct State {
        var deadlines: [SweepID: Timestamp] = [:]
        var thread: WorkerThread?
    }

    private let store: any JobStore
    private let pool: WorkerPool
    private let archive: JobArchive
    private let limits: DatasetLimits
    private let jobLimits: JobLimits
    private let inbox: SweepInbox
    private let clock: @Sendable () -> Timestamp
    private let report: Report
    private let state = Guarded(State())
    private let backoff: Backoff

    private static let stackSize = 8 << 20

    /// A coordinator that does nothing until it is started.
    /// - Parameters:
    ///   - pool: runs the jobs; it tells `inbox` of each that ends.
    ///   - jobLimits: what one job may take.
    public init(
        store: any JobStore, pool: WorkerPool, archive: JobArchive, limits: DatasetLimits, jobLimits: JobLimits,
        inbox: SweepInbox, backoff: Backoff = Backoff(), clock: @escaping @Sendable () -> Timestamp,
        report: Report
    ) {
        self.store = store
        self.pool = pool
        self.archive = archive
        self.limits = limits
        self.jobLimits = jobLimits
        self.inbox = inbox
        self.backoff = backoff
        self.clock = clock
        self.report = report
    }

    /// Looks at all sweeps that are not finished, and from then on at those named in the inbox.
    public func start() throws {
        for sweep in try store.unfinishedSweeps() { inbox.notify(sweep.id) }
        let thread = try WorkerThread(stackSize: SweepCoordinator.stackSize) { self.work() }
        state.withLock { $0.thread = thread }
    }

    /// Ends the thread, after what it is about.
    public func stop() {
        inbox.close()
        let thread = state.withLock { state in
            defer { state.thread = nil }
            return state.thread
        }
        thread?.join()
    }

    private func work() {
        var failures = 0
        while !inbox.isClosed {
            guard let id = inbox.next(timeout: untilNextDeadline()) ?? overdue() else { continue }
            do {
                try advance(id)
                failures = 0
            } catch {
                report("the sweep cannot be gone on with for now: \(error)", [("sweep", .text(id.description))])
                failures += 1
                inbox.notify(id)
                inbox.pause(backoff.wait(after: failures))
            }
        }
    }

    /// Does all that can be done for a sweep now. Throws what may go better the next time.
    private func advance(_ id: SweepID) throws {
        state.withLock { $0.deadlines[id] = nil }
        while !inbox.isClosed, let sweep = try store.sweep(id), !sweep.status.isTerminal {
            do {
                let specification = try SweepSpecification(stored: sweep.specification)
                let progress = try SweepProgress(sweep, specification, runs: store.runs(of: id))
                let action = try progress.nextAction(capacity: 2 * pool.workers, now: clock())
                if case .wait = action {
                    state.withLock { $0.deadlines[id] = progress.deadline }
                    return
                }
                try perform(action, of: sweep, specification)
            } catch StoreError.corrupt(let detail) {
                try fail(sweep, StoreError.corrupt(detail))
            } catch let error as StoreError {
                throw error
            } catch {
                try fail(sweep, error)
            }
        }
    }

    private func perform(_ action: SweepAction, of sweep: Sweep, _ specification: SweepSpecification) throws {
        switch action {
        case .submit(let jobs):
            let table = try archive.table(sweep.tableHash)
            for job in jobs {
                let submission = try specification.submission(
                    job, of: sweep, table: table, limits: limits, jobLimits: jobLimits)
                _ = try store.submit(submission)
                pool.notifySubmitted()
            }
        case .cancel(let jobs): for job in jobs { _ = try pool.cancel(job) }
        case .extend(let trials): _ = try store.extendSweep(sweep.id, trials: TrialValues.encode(trials))
        case .endSearch(let end): _ = try store.endSearch(of: sweep.id, end)
        case .finish(let ending): _ = try store.finishSweep(sweep.id, ending)
        case .wait: break
        }
    }

    /// Ends a sweep that cannot be gone on with.
    private func fail(_ sweep: Sweep, _ error: any Error) throws {
        let failure = JobFailure(error)
        if failure.code != "invalid_content" { report("the sweep failed: \(error)", sweep.noticeFields) }
        for run in try store.runs(of: sweep.id) where !run.status.isTerminal { _ = try pool.cancel(run.id) }
        _ = try store.finishSweep(sweep.id, sweep.status == .cancelling ? .cancelled : .failed(failure))
    }

    private func untilNextDeadline() -> Duration? {
        let next = state.withLock { $0.deadlines.values.min() }
        return next.map { .milliseconds(max(0, $0.milliseconds - clock().milliseconds)) }
    }

    private func overdue() -> SweepID? {
        let now = clock()
        return state.withLock { state in state.deadlines.first { $0.value <= now }?.key }
    }
}

extension SweepSpecification {
    /// What queues `job` of `sweep`. Throws what keeps it from being run.
    package func submission(
        _ job: SweepJob, of sweep: Sweep, table: MappedTable, limits: DatasetLimits, jobLimits: JobLimits
    ) throws -> JobSubmission {
        var data = data
        data.arrangement = job.arrangement
        let (network, training) = try template.settings(job.changes)
        let plan = try JobPlan(
            data: data, network: network, training: training,
            baseError: JSONDocument.parse(self.job).root["base_error"]?.number ?? 0, table: table, limits: limits,
            jobLimits: jobLimits)
        return JobSubmission(
            name: jobName ?? sweep.name, owner: sweep.owner, settings: plan.settings(initialWeightsHash: nil),
            tableHash: sweep.tableHash, parameterCount: plan.network.parameterCount,
            epochs: training.specification.epochs,
            sweep: SweepMembership(sweep: sweep.id, place: job.place), origin: sweep.origin)
    }
}
