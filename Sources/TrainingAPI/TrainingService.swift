import Access
import Contract
import Datasets
import HTTPDaemon
import JSONDocument
import Jobs
import Perceptron

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
    let report: @Sendable (String) -> Void
    let pool: WorkerPool
    let finishedJobs = FinishedJobs()
    let weightsIndexes = WeightsIndexes()
    let sweepInbox = SweepInbox()
    private let sweepCoordinator: SweepCoordinator
    let waitingRoom: WaitingRoom
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
        report: @escaping @Sendable (String) -> Void
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
        let courier = AlarmCourier(to: store) { report("store: \($0)") }
        let runner = JobRunner(
            archive: archive, checkpoints: checkpoints, checkpointInterval: checkpointInterval, limits: tables.limits,
            report: report, raise: { courier.send($0, of: $1) })
        pool = WorkerPool(
            store: store, workers: workers, report: { report("store: \($0)") }, isBrief: JobRunner.isBrief,
            didFinish: { [sweepInbox] job in
                if let sweep = job.sweep { sweepInbox.notify(sweep.sweep) }
                do {
                    try checkpoints?.remove(job.id)
                } catch {
                    // Swept at the next start.
                    report("\(job.id): \(error)")
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
        _ = try store.recover(workers: pool.workers)
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

    /// Stops the workers; jobs that run go back to the queue. Returns whether all stopped within `timeout`.
    public func stop(timeout: Duration) -> Bool {
        sweepCoordinator.stop()
        waitingRoom.close()
        return pool.drain(timeout: timeout)
    }

    /// The router, as the HTTP daemon wants it.
    public var route: @Sendable (HTTPRequestHead) -> RequestDecision {
        let router = Router(self)
        let policy = policy
        return { head in
            // Browsers ask without a key.
            if let answer = policy.preflight(head, methods: { router.methods(at: head.path) }) { return answer }
            return policy.applied(to: router.decide(head), for: head)
        }
    }

    /// The answer to a request that no route could be asked about.
    public func response(to fault: RequestFault, head: HTTPRequestHead?) -> HTTPResponse {
        policy.answer(Problem(from: fault).response, to: head)
    }
}
