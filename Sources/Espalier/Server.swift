import Access
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
        let signals = try ServiceSignals()
        DescriptorLimit.raise()
        let inherited = try InheritedSocket.descriptor()
        let certificate = try options.tls.certificate()
        let instructionSet = try InstructionSet.selected()
        let directory = try DataDirectory(options.data.dataDir)
        let store = try SQLiteStore(directory: directory.path)
        let gatekeeper = Gatekeeper()
        let keyFile = try KeyFile(directory: directory.path)
        let keyWatch = try KeyWatch(keyFile, for: gatekeeper, report: Report(to: log))
        let service = try TrainingService(
            store: store,
            tables: TableStore(
                directory: directory.subfolder("tables"), limits: options.limits.data,
                inlineLimit: JobArchive.inlineLimit),
            networks: NetworkArchive(directory: directory.subfolder("networks")),
            initialWeights: InitialWeightsArchive(directory: directory.subfolder("initial-weights")),
            checkpoints: options.checkpointSeconds > 0
                ? CheckpointArchive(directory: directory.subfolder("checkpoints")) : nil,
            checkpointInterval: options.checkpointSeconds,
            uploadDirectory: directory.emptySubfolder("uploads"),
            disk: options.limits.minFreeDisk > 0
                ? DiskSpace(directory: directory.path, reserve: options.limits.minFreeDisk) : nil,
            workers: options.training.workers,
            limits: ServiceLimits(
                jobBytes: options.limits.maxJobBytes, datasetBytes: options.limits.maxDatasetBytes,
                queuedJobs: options.limits.maxQueuedJobs, jobs: options.limits.jobs,
                runningSweeps: options.limits.maxRunningSweeps, sweepJobs: options.limits.maxSweepJobs,
                queuedJobsPerOwner: options.limits.maxQueuedJobsPerOwner,
                runningSweepsPerOwner: options.limits.maxSweepsPerOwner),
            gatekeeper: gatekeeper, rateLimiter: options.access.ratePolicy.map { RateLimiter($0) },
            policy: AnswerPolicy(
                crossOrigin: try options.crossOrigin.policy(),
                strictTransportSeconds: certificate == nil ? nil : Server.strictTransportSeconds),
            report: Report(to: log))
        try service.recover()

        let daemon = try listen(service, certificate, inherited, output, log, isOpen: !gatekeeper.needsKeys)
        try keyWatch.start()
        register(service.metrics, store, daemon, directory, output, instructionSet)
        try service.start()
        log.info(
            "training",
            metadata: [
                "kernels": "\(instructionSet.rawValue)", "workers": .stringConvertible(options.training.workers),
            ])
        log.info(
            "listening on \(certificate == nil ? "http" : "https")://\(Server.authority(daemon.host, daemon.port))")

        let signal = waitForStop(signals, daemon, log)
        log.info("\(signal) received, stopping")
        service.announceStop()
        daemon.stop(grace: .seconds(5))
        if !service.stop(timeout: .seconds(4)) {
            log.error("a job did not stop in time; it runs again at the next start")
        }
        keyWatch.stop()
        try keyFile.close()
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
                text.single(
                    "espalier_http_refused_connections_total", .counter, "Connections that were too many.",
                    load.refusedConnections)
                text.single(
                    "espalier_http_cut_connections_total", .counter,
                    "Connections that ended because their clients were too slow, or gone.", load.cutConnections)
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

    /// A year, as is usual.
    private static let strictTransportSeconds = 31_536_000

    /// - Parameter isOpen: whether there are no keys.
    private func listen(
        _ service: TrainingService, _ certificate: TLSCertificate?, _ inherited: Int32?, _ output: LogOutput,
        _ log: Logger, isOpen: Bool
    ) throws -> HTTPDaemon {
        let daemon = try daemon(
            service, certificate, inherited, output, loopbackOnly: isOpen && !options.access.isInsecure)
        if !daemon.isLocal {
            if isOpen {
                log.warning("there are no API keys: whoever reaches \(daemon.host) can do everything")
            } else if certificate == nil {
                log.warning(
                    "requests come in without encryption, and API keys with them: use --tls-cert, or a proxy with TLS")
            }
        }
        return daemon
    }

    private func daemon(
        _ service: TrainingService, _ certificate: TLSCertificate?, _ inherited: Int32?, _ output: LogOutput,
        loopbackOnly: Bool
    ) throws -> HTTPDaemon {
        let routing = service.makeRouting()
        let access: AccessLog? =
            options.log.accessLog == .on
            ? AccessLog(level: options.log.logLevel, routes: routing.templates, output: output) : nil
        let place: ListeningPlace =
            if let inherited {
                .inherited(descriptor: inherited)
            } else {
                .address(host: options.host, port: options.port)
            }
        let configuration = HTTPDaemonConfiguration(
            listening: place, loopbackOnly: loopbackOnly, certificate: certificate, limits: options.connections.limits,
            fault: service.response(to:head:),
            observe: { request in
                routing.requests.note(request)
                access?.note(request)
            })
        do {
            return try HTTPDaemon(configuration: configuration, route: routing.decide)
        } catch HTTPDaemonError.notLoopback(let host) {
            throw StartError(
                """
                there are no API keys, and other machines can reach \(host): make a key (espalier keys create --name NAME \
                --owner OWNER --data-dir \(options.data.dataDir)), listen on 127.0.0.1, or let everybody in with --insecure
                """)
        }
    }

    /// Reads the certificate again at each SIGHUP. Returns the name of the signal that ends the server.
    private func waitForStop(_ signals: ServiceSignals, _ daemon: HTTPDaemon, _ log: Logger) -> String {
        while true {
            switch signals.wait() {
            case .stop(let name): return name
            case .reload: reload(daemon, log)
            }
        }
    }

    private func reload(_ daemon: HTTPDaemon, _ log: Logger) {
        do {
            guard let certificate = try options.tls.certificate() else {
                log.info("SIGHUP received; there is nothing to read again")
                return
            }
            daemon.replaceCertificate(certificate)
            log.info("SIGHUP received; new connections get the certificate that was read again")
        } catch {
            log.error("SIGHUP received; the certificate stays as it was: \(error)")
        }
    }

    private static func authority(_ host: String, _ port: Int) -> String {
        host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    }
}
