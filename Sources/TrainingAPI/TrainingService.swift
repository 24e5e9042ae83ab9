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
    let custody: TableCustody
    let uploadDirectory: String
    let limits: ServiceLimits
    let openAPIDocument: [UInt8]
    let clock: @Sendable () -> Timestamp
    let report: @Sendable (String) -> Void
    let pool: WorkerPool
    let gradientCheckTurns = Turns(GradientChecksController.atATime)

    /// Puts the parts together; nothing runs before `start`.
    public init(
        store: any JobStore, tables: TableStore, networks: NetworkArchive, initialWeights: InitialWeightsArchive,
        uploadDirectory: String, workers: Int, limits: ServiceLimits = ServiceLimits(),
        clock: @escaping @Sendable () -> Timestamp = Timestamp.now,
        report: @escaping @Sendable (String) -> Void
    ) {
        self.store = store
        self.tables = tables
        self.networks = networks
        archive = JobArchive(store: store, tables: tables, networks: networks, initialWeights: initialWeights)
        self.uploadDirectory = uploadDirectory
        self.limits = limits
        self.clock = clock
        self.report = report
        custody = TableCustody(store: store, tables: tables, initialWeights: initialWeights, report: report)
        openAPIDocument = PackageResources.openapi_yaml
        let courier = AlarmCourier(to: store) { report("store: \($0)") }
        let runner = JobRunner(archive: archive, limits: tables.limits, report: report) { alarm, job in
            courier.send(alarm, of: job)
        }
        pool = WorkerPool(
            store: store, workers: workers, report: { report("store: \($0)") }, isBrief: JobRunner.isBrief
        ) { job, monitor in
            runner.run(job, monitor)
        }
    }

    /// Puts right what an earlier process left; to be called before the first request.
    public func recover() throws {
        _ = try store.recover(workers: pool.workers)
        try networks.sweep { try store.job($0) != nil }
        try custody.sweepAll()
    }

    /// Sets the workers to work.
    public func start() throws { try pool.start() }

    /// Stops the workers; jobs that run go back to the queue. Returns whether all stopped within `timeout`.
    public func stop(timeout: Duration) -> Bool { pool.drain(timeout: timeout) }

    /// The router, as the HTTP daemon wants it.
    public var route: @Sendable (HTTPRequestHead) -> RequestDecision {
        let router = Router(self)
        return { router.decide($0) }
    }

    /// The answer to a request that no route could be asked about.
    public static func response(to fault: RequestFault, head: HTTPRequestHead?) -> HTTPResponse {
        Problem(from: fault).response
    }
}
