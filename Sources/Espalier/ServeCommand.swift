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
            SIGINT the server stops accepting, finishes the requests in flight and leaves running jobs for the next start. \
            A listening socket that systemd hands over (LISTEN_FDS) is used in place of --host and --port, and new \
            connections then wait for the next start. On SIGHUP the files of --tls-cert and --tls-key are read again.

            Each option can also be set in the environment, as ESPALIER_ and its name in capitals: ESPALIER_DATA_DIR for \
            --data-dir. ESPALIER_ISA (avx512, avx2 or baseline) forces the vector kernels.
            """)

    @Option(help: "Address to listen on: a name or an IPv4 or IPv6 address.")
    var host: String = Environment.text("HOST") ?? "127.0.0.1"

    @Option(help: "Port to listen on; 0 lets the system choose.")
    var port: Int = Environment.integer("PORT") ?? 8080

    @OptionGroup var data: DataOptions

    @OptionGroup var training: WorkerOptions

    @OptionGroup(title: "Access")
    var access: AccessOptions

    @OptionGroup(title: "Connections")
    var connections: ConnectionOptions

    @OptionGroup(title: "TLS")
    var tls: TLSOptions

    @OptionGroup(title: "Limits")
    var limits: LimitOptions

    @OptionGroup(title: "Browsers")
    var crossOrigin: CrossOriginOptions

    @OptionGroup(title: "Logging")
    var log: LogOptions

    @Option(help: "Seconds of training between a job's checkpoints; 0 for none.")
    var checkpointSeconds: Double = Environment.number("CHECKPOINT_SECONDS") ?? 5

    func validate() throws {
        guard (0...65535).contains(port) else { throw ValidationError("--port must be a number from 0 to 65535.") }
        guard (0...86_400).contains(checkpointSeconds) else {
            throw ValidationError("--checkpoint-seconds must be a number from 0 to 86400.")
        }
    }

    func run() throws {
        try Server(options: self).run()
    }
}
