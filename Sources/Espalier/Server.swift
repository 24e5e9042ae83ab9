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
                runningSweeps: options.limits.maxRunningSweeps, sweepJobs: options.limits.maxSweepJobs),
            report: Log.error)
        try service.recover()

        let daemon = try HTTPDaemon(
            configuration: HTTPDaemonConfiguration(
                listening: inherited.map { .inherited(descriptor: $0) }
                    ?? .address(host: options.host, port: options.port),
                certificate: certificate, limits: options.connections.limits, fault: service.response(to:head:)),
            route: service.route)
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
        try store.close()
        Log.info("stopped")
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
