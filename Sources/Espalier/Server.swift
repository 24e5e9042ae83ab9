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
                queuedJobs: options.limits.maxQueuedJobs, jobMemory: options.limits.maxJobMemory,
                queuedJobsPerOwner: options.limits.maxQueuedJobsPerOwner,
                runningSweepsPerOwner: options.limits.maxSweepsPerOwner),
            gatekeeper: gatekeeper, rateLimiter: options.access.ratePolicy.map { RateLimiter($0) },
            report: Log.error)
        try service.recover()

        let daemon = try listen(service, inherited, certificate, isOpen: !gatekeeper.needsKeys)
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

    /// - Parameter isOpen: whether there are no keys.
    private func listen(
        _ service: TrainingService, _ inherited: Int32?, _ certificate: TLSCertificate?, isOpen: Bool
    ) throws -> HTTPDaemon {
        let daemon = try daemon(
            service, inherited, certificate, loopbackOnly: isOpen && !options.access.isInsecure)
        if !daemon.isLocal, isOpen {
            Log.warning("there are no API keys: whoever reaches \(daemon.host) can do everything")
        }
        if !daemon.isLocal, !isOpen, certificate == nil {
            Log.warning("requests come in without encryption, and API keys with them: see --tls-cert")
        }
        return daemon
    }

    private func daemon(
        _ service: TrainingService, _ inherited: Int32?, _ certificate: TLSCertificate?, loopbackOnly: Bool
    ) throws -> HTTPDaemon {
        let configuration = HTTPDaemonConfiguration(
            listening: inherited.map { .inherited(descriptor: $0) } ?? .address(host: options.host, port: options.port),
            loopbackOnly: loopbackOnly, certificate: certificate, limits: options.connections.limits,
            fault: service.response(to:head:))
        do throws(HTTPDaemonError) {
            return try HTTPDaemon(configuration: configuration, route: service.route)
        } catch {
            guard case .notLoopback(let host) = error else { throw error }
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
