import ArgumentParser
import Glibc

/// The program.
@main
struct EspalierCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "espalier",
        abstract: "Trains regularised multi-layer perceptrons over HTTP.",
        discussion: """
            Start the server, post a job, poll it, download the weights:

              espalier serve
              curl -s localhost:8080/v1/jobs -H 'Content-Type: application/json' -d \\
                '{"data": {"x": [[0,0],[0,1],[1,0],[1,1]], "y": [0,1,1,0]}, "network": {"hidden_layers": [8]}}'

            The whole interface is described by the server itself at /openapi.yaml.
            """,
        version: EspalierVersion.current,
        subcommands: [
            ServeCommand.self, KeysCommand.self, DoctorCommand.self, BackupCommand.self, RestoreCommand.self,
        ],
        defaultSubcommand: nil)

    static func main() {
        // Data of all owners lies side by side in its files: they are nobody else's on this machine.
        umask(0o077)
        main(nil)
    }
}

/// The version this program was built as.
enum EspalierVersion {
    static let current = "0.1.0"
}
