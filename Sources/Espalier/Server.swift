import Datasets
import Foundation
import HTTPDaemon
import Jobs
import Logging
import Metrics
import OperatorLog
import Perceptron
import SQLiteStore
import TrainingAPI

/// The composition root: everything is made here and handed to who needs it.
struct Server {
    let options: ServeCommand

    /// Serves until SIGTERM or SIGINT.
    func run() throws {
        let output = try LogOutput(options.log.logFormat)
        defer { output.flush() }
        let level = options.log.logLevel
        let log = Logger(label: "espalier") { _ in LineLogHandler(level: level, output: output) }
        let stop = try StopSignal()
        let instructionSet = try InstructionSet.selected()
        let directory = try DataDirectory(options.dataDir)
        let store = try SQLiteStore(directory: directory.path)
        let service = try TrainingService(
            store: store,
            tables: TableStore(directory: directory.subfolder("tables"), inlineLimit: JobArchive.inlineLimit),
            networks: NetworkArchive(directory: directory.subfolder("networks")),
            initialWeights: InitialWeightsArchive(directory: directory.subfolder("initial-weights")),
            checkpoints: options.checkpointSeconds > 0
                ? CheckpointArchive(directory: directory.subfolder("checkpoints")) : nil,
            checkpointInterval: options.checkpointSeconds,
            uploadDirectory: directory.emptySubfolder("uploads"),
            workers: options.workers,
            limits: ServiceLimits(
                jobBytes: options.limits.maxJobBytes, datasetBytes: options.limits.maxDatasetBytes,
                queuedJobs: options.limits.maxQueuedJobs, jobMemory: options.limits.maxJobMemory),
            report: Report(to: log))
        try service.recover()

        let routing = service.makeRouting()
        let access = AccessLog(level: level, routes: routing.templates, output: output)
        let isLogged = options.log.accessLog == .on
        let daemon = try HTTPDaemon(
            configuration: HTTPDaemonConfiguration(
                host: options.host, port: options.port, fault: service.response(to:head:),
                observe: { request in
                    routing.requests.note(request)
                    if isLogged { access.note(request) }
                }),
            route: routing.decide)
        register(service.metrics, store, daemon, directory, output, instructionSet)
        try service.start()
        log.info(
            "training", metadata: ["kernels": "\(instructionSet.rawValue)", "workers": "\(options.workers)"])
        log.info("listening on http://\(Server.authority(options.host, daemon.port))")

        let signal = stop.wait()
        log.info("\(signal) received, stopping")
        daemon.stop(grace: .seconds(5))
        if !service.stop(timeout: .seconds(4)) {
            log.error("a job did not stop in time; it runs again at the next start")
        }
        try store.close()
        log.info("stopped")
    }

    /// What is measured outside the service.
    private func register(
        _ metrics: MetricsRegistry, _ store: SQLiteStore, _ daemon: HTTPDaemon, _ directory: DataDirectory,
        _ output: LogOutput, _ instructionSet: InstructionSet
    ) {
        metrics.register { [weak daemon, store, path = directory.path, output] text in
            text.family("espalier_build_info", .gauge, "The program, and the kernels that it trains with.")
            text.sample(1, [("version", EspalierVersion.current), ("kernels", instructionSet.rawValue)])
            if let load = daemon?.load {
                text.single("espalier_http_connections", .gauge, "Open connections.", load.connections)
                text.single(
                    "espalier_http_requests_in_flight", .gauge, "Requests that are not over, this one included.",
                    load.requests)
                text.single("espalier_http_event_streams", .gauge, "Clients that listen to events.", load.streams)
            }
            store.metrics.write(to: &text)
            FileSync.write(to: &text)
            DiskMetrics.write(of: path, to: &text)
            text.single(
                "espalier_log_lines_dropped_total", .counter, "Lines that the log's reader was too slow for.",
                output.droppedInAll)
            ProcessMetrics.write(to: &text)
        }
    }

    private static func authority(_ host: String, _ port: Int) -> String {
        host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    }
}
