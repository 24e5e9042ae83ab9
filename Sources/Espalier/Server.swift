import Datasets
import Foundation
import HTTPDaemon
import Jobs
import Logging
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

        let isLogged = options.log.accessLog == .on
        let access = AccessLog(level: level, routes: service.routeTemplates, output: output)
        let daemon = try HTTPDaemon(
            configuration: HTTPDaemonConfiguration(
                host: options.host, port: options.port, fault: service.response(to:head:),
                observe: { request in if isLogged { access.note(request) } }),
            route: service.route)
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

    private static func authority(_ host: String, _ port: Int) -> String {
        host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    }
}
