import Access
import Datasets
import Foundation
import HTTPDaemon
import Jobs
import Perceptron
import SQLiteStore
import TrainingAPI

/// The composition root: everything is made here and handed to who needs it.
struct Server {
    let options: ServeCommand

    /// Serves until SIGTERM or SIGINT.
    func run() throws {
        let signals = try ServiceSignals()
        DescriptorLimit.raise()
        let inherited = try InheritedSocket.descriptor()
        let certificate = try options.tls.certificate()
        let instructionSet = try InstructionSet.selected()
        let directory = try DataDirectory(options.dataDir)
        let store = try SQLiteStore(directory: directory.path)
        let gatekeeper = Gatekeeper()
        let keyFile = try KeyFile(directory: directory.path)
        let keyWatch = try KeyWatch(keyFile, for: gatekeeper, report: Log.error)
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
            workers: options.workers,
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
            report: Log.error)
        try service.recover()

        let daemon = try listen(service, certificate, inherited, isOpen: !gatekeeper.needsKeys)
        try keyWatch.start()
        try service.start()
        Log.info("training with \(instructionSet.rawValue) kernels, \(options.workers) workers")
        Log.info(
            "listening on \(certificate == nil ? "http" : "https")://\(Server.authority(daemon.host, daemon.port))")

        let signal = waitForStop(signals, daemon)
        Log.info("\(signal) received, stopping")
        daemon.stop(grace: .seconds(5))
        if !service.stop(timeout: .seconds(4)) {
            Log.error("a job did not stop in time; it runs again at the next start")
        }
        keyWatch.stop()
        try keyFile.close()
        try store.close()
        Log.info("stopped")
    }

    /// A year, as is usual.
    private static let strictTransportSeconds = 31_536_000

    /// - Parameter isOpen: whether there are no keys.
    private func listen(
        _ service: TrainingService, _ certificate: TLSCertificate?, _ inherited: Int32?, isOpen: Bool
    ) throws -> HTTPDaemon {
        let daemon = try daemon(
            service, certificate, inherited, loopbackOnly: isOpen && !options.access.isInsecure)
        if !daemon.isLocal {
            if isOpen {
                Log.warning("there are no API keys: whoever reaches \(daemon.host) can do everything")
            } else if certificate == nil {
                Log.warning(
                    "requests come in without encryption, and API keys with them: use --tls-cert, or a proxy with TLS")
            }
        }
        return daemon
    }

    private func daemon(
        _ service: TrainingService, _ certificate: TLSCertificate?, _ inherited: Int32?, loopbackOnly: Bool
    ) throws -> HTTPDaemon {
        let place: ListeningPlace =
            if let inherited {
                .inherited(descriptor: inherited)
            } else {
                .address(host: options.host, port: options.port)
            }
        let configuration = HTTPDaemonConfiguration(
            listening: place, loopbackOnly: loopbackOnly, certificate: certificate, limits: options.connections.limits,
            fault: service.response(to:head:))
        do {
            return try HTTPDaemon(configuration: configuration, route: service.route)
        } catch HTTPDaemonError.notLoopback(let host) {
            throw StartError(
                """
                there are no API keys, and other machines can reach \(host): make a key (espalier keys create --name NAME \
                --owner OWNER --data-dir \(options.dataDir)), listen on 127.0.0.1, or let everybody in with --insecure
                """)
        }
    }

    /// Reads the certificate again at each SIGHUP. Returns the name of the signal that ends the server.
    private func waitForStop(_ signals: ServiceSignals, _ daemon: HTTPDaemon) -> String {
        while true {
            switch signals.wait() {
            case .stop(let name): return name
            case .reload: reload(daemon)
            }
        }
    }

    private func reload(_ daemon: HTTPDaemon) {
        do {
            guard let certificate = try options.tls.certificate() else {
                Log.info("SIGHUP received; there is nothing to read again")
                return
            }
            daemon.replaceCertificate(certificate)
            Log.info("SIGHUP received; new connections get the certificate that was read again")
        } catch {
            Log.error("SIGHUP received; the certificate stays as it was: \(error)")
        }
    }

    private static func authority(_ host: String, _ port: Int) -> String {
        host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    }
}
