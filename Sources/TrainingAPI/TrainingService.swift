import Access
import Contract
import Datasets
import HTTPDaemon
import JSONDocument
import Jobs
import Metrics
import Perceptron
import Synchronization

/// The service behind the routes: store, workers and files under one roof.
public final class TrainingService: Sendable {
    let store: any JobStore
    let tables: TableStore
    let networks: NetworkArchive
    let archive: JobArchive
    let checkpoints: CheckpointArchive?
    /// Seconds of training between two checkpoints; nil without.
    let checkpointInterval: Double?
    let custody: TableCustody
    let uploadDirectory: String
    /// Where all that is kept lies; nil for no bounds but its own.
    let disk: DiskSpace?
    let limits: ServiceLimits
    let gatekeeper: Gatekeeper
    let rateLimiter: RateLimiter?
    let openAPIDocument: [UInt8]
    let openAPITag: EntityTag
    let policy: AnswerPolicy
    let clock: @Sendable () -> Timestamp
    let report: Report
    let pool: WorkerPool
    let finishedJobs = FinishedJobs()
    let weightsIndexes = WeightsIndexes()
    let sweepInbox = SweepInbox()
    private let sweepCoordinator: SweepCoordinator
    let readiness = Readiness()
    private let stopping = Atomic(false)
    let waitingRoom: WaitingRoom
    /// Everything that is measured; who has more to tell adds it.
    public let metrics = MetricsRegistry()
    let trainingMetrics: TrainingMetrics
    /// What became of the jobs that the start found begun.
    let recovered = Guarded(Recovery().outcomes)
    let gradientCheckTurns = Turns(GradientChecksController.atATime)
    let evaluationTurns = Turns(EvaluationsController.atATime)

    /// Puts the parts together; nothing runs before `start`.
    public init(
        store: any JobStore, tables: TableStore, networks: NetworkArchive, initialWeights: InitialWeightsArchive,
        checkpoints: CheckpointArchive? = nil, checkpointInterval: Double = 5,
        uploadDirectory: String, disk: DiskSpace? = nil, workers: Int, limits: ServiceLimits = ServiceLimits(),
        gatekeeper: Gatekeeper = Gatekeeper(), rateLimiter: RateLimiter? = nil,
        policy: AnswerPolicy = AnswerPolicy(),
        clock: @escaping @Sendable () -> Timestamp = Timestamp.now,
        report: Report
    ) {
        self.store = store
        waitingRoom = WaitingRoom(watch: store.watch)
        self.tables = tables
        self.networks = networks
        archive = JobArchive(store: store, tables: tables, networks: networks, initialWeights: initialWeights)
        self.checkpoints = checkpoints
        self.checkpointInterval = checkpoints == nil ? nil : checkpointInterval
        self.uploadDirectory = uploadDirectory
        self.disk = disk
        self.limits = limits
        self.gatekeeper = gatekeeper
        self.rateLimiter = rateLimiter
        self.policy = policy
        self.clock = clock
        self.report = report
        custody = TableCustody(store: store, tables: tables, initialWeights: initialWeights, report: report)
        openAPIDocument = Contract.document
        openAPITag = EntityTag(of: openAPIDocument)
        let trainingMetrics = TrainingMetrics()
        self.trainingMetrics = trainingMetrics
        let courier = AlarmCourier(to: store) { report("the store failed: \($0)") }
        let runner = JobRunner(
            archive: archive, checkpoints: checkpoints, checkpointInterval: checkpointInterval, limits: tables.limits,
            report: report, metrics: trainingMetrics, raise: { courier.send($0, of: $1) })
        pool = WorkerPool(
            store: store, workers: workers, report: { report("the store failed: \($0)") }, isBrief: JobRunner.isBrief,
            didFinish: { [sweepInbox] job, ending in
                trainingMetrics.finished(ending)
                report("job finished", level: ending.noticeLevel, job.noticeFields + ending.noticeFields)
                if let sweep = job.sweep { sweepInbox.notify(sweep.sweep) }
                do {
                    try checkpoints?.remove(job.id)
                } catch {
                    // Swept at the next start.
                    report(
                        "checkpoints that nothing needs are still there: \(error)", level: .warning, job.noticeFields)
                }
            }
        ) { job, monitor in
            runner.run(job, monitor)
        }
        sweepCoordinator = SweepCoordinator(
            store: store, pool: pool, archive: archive, limits: tables.limits, jobLimits: limits.jobs,
            inbox: sweepInbox, clock: clock, report: report)
    }

    /// Puts right what an earlier process left; to be called before the first request.
    public func recover() throws {
        let recovery = try pool.recover()
        recovery.tell(report)
        recovered.withLock { $0 = recovery.outcomes }
        try networks.sweep { try store.job($0) != nil }
        try checkpoints?.sweep { try store.job($0)?.status.isTerminal == false }
        try custody.sweepAll()
    }

    /// Sets the workers to work, and what leads sweeps.
    public func start() throws {
        try waitingRoom.open()
        try pool.start()
        try sweepCoordinator.start()
    }

    /// From now on the service says that it is not ready; it goes on all the same until `stop`.
    public func announceStop() { stopping.store(true, ordering: .relaxed) }

    var isStopping: Bool { stopping.load(ordering: .relaxed) }

    /// Stops the workers; jobs that run go back to the queue. Returns whether all stopped within `timeout`.
    public func stop(timeout: Duration) -> Bool {
        sweepCoordinator.stop()
        waitingRoom.close()
        return pool.drain(timeout: timeout)
    }

    /// The routes, and what is counted of them. To be made once; from then on the metrics have them.
    public func makeRouting() -> Routing {
        let router = Router(self)
        let requests = RequestMetrics(router.routes)
        metrics.register { requests.write(to: &$0) }
        metrics.register { [weak self] in self?.writeMetrics(to: &$0) }
        return Routing(router: router, policy: policy, requests: requests)
    }

    /// The answer to a request that no route could be asked about.
    public func response(to fault: RequestFault, head: HTTPRequestHead?) -> HTTPResponse {
        policy.answer(Problem(from: fault).response, to: head)
    }
}
