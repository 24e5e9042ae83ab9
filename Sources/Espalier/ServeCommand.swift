import ArgumentParser
import Foundation

/// `espalier serve`: every option can also be given as an environment variable; the option wins.
struct ServeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Serve the training API until SIGTERM or SIGINT.",
        discussion: """
            Jobs, results and data sets are kept in the data directory, which one server at a time may use; whatever was \
            acknowledged is there again after a restart, and jobs that were waiting or running go on. On SIGTERM or \
            SIGINT the server stops accepting, finishes the requests in flight and leaves running jobs for the next start.

            Environment: ESPALIER_HOST, ESPALIER_PORT, ESPALIER_DATA_DIR, ESPALIER_WORKERS, ESPALIER_MAX_JOB_BYTES, \
            ESPALIER_MAX_DATASET_BYTES, ESPALIER_MAX_JOB_MEMORY, ESPALIER_MAX_QUEUED_JOBS, ESPALIER_CHECKPOINT_SECONDS. ESPALIER_ISA (avx512, avx2 or \
            baseline) forces the vector kernels.
            """)

    @Option(help: "Address to listen on: a name or an IPv4 or IPv6 address.")
    var host: String = ServeCommand.environment("HOST") ?? "127.0.0.1"

    @Option(help: "Port to listen on; 0 lets the system choose.")
    var port: Int = ServeCommand.environment("PORT").map { Int($0) ?? -1 } ?? 8080

    @Option(help: "Directory for jobs, results and data sets; made if missing.")
    var dataDir: String = ServeCommand.environment("DATA_DIR") ?? "data"

    @Option(help: "Jobs trained at the same time; one per core unless told.")
    var workers: Int =
        ServeCommand.environment("WORKERS").map { Int($0) ?? -1 } ?? ProcessInfo.processInfo.activeProcessorCount

    @Option(help: "Largest body of a job, in bytes.")
    var maxJobBytes: Int = ServeCommand.environment("MAX_JOB_BYTES").map { Int($0) ?? -1 } ?? 64 << 20

    @Option(help: "Largest data set that can be uploaded, in bytes.")
    var maxDatasetBytes: Int = ServeCommand.environment("MAX_DATASET_BYTES").map { Int($0) ?? -1 } ?? 1 << 30

    @Option(help: "Most memory one job may need, in bytes.")
    var maxJobMemory: Int = ServeCommand.environment("MAX_JOB_MEMORY").map { Int($0) ?? -1 } ?? 4 << 30

    @Option(help: "Most jobs that may wait in the queue.")
    var maxQueuedJobs: Int = ServeCommand.environment("MAX_QUEUED_JOBS").map { Int($0) ?? -1 } ?? 100_000

    @Option(help: "Seconds of training between a job's checkpoints; 0 for none.")
    var checkpointSeconds: Double = ServeCommand.environment("CHECKPOINT_SECONDS").map { Double($0) ?? -1 } ?? 5

    /// The variable `ESPALIER_<name>`, if set and not empty.
    private static func environment(_ name: String) -> String? {
        ProcessInfo.processInfo.environment["ESPALIER_\(name)"].flatMap { $0.isEmpty ? nil : $0 }
    }

    func validate() throws {
        guard (0...65535).contains(port) else { throw ValidationError("--port must be a number from 0 to 65535.") }
        guard (1...1024).contains(workers) else { throw ValidationError("--workers must be a number from 1 to 1024.") }
        for (name, value) in [
            ("--max-job-bytes", maxJobBytes), ("--max-dataset-bytes", maxDatasetBytes),
            ("--max-job-memory", maxJobMemory), ("--max-queued-jobs", maxQueuedJobs),
        ] where value < 1 {
            throw ValidationError("\(name) must be a number from 1.")
        }
        guard (0...86_400).contains(checkpointSeconds) else {
            throw ValidationError("--checkpoint-seconds must be a number from 0 to 86400.")
        }
        guard !dataDir.isEmpty else { throw ValidationError("--data-dir must name a directory.") }
    }

    func run() throws {
        try Server(options: self).run()
    }
}
