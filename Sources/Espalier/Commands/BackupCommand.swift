import ArgumentParser
import Maintenance

/// `espalier backup`: a copy of the data, while the server runs.
struct BackupCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup",
        abstract: "Copy everything durable to a new directory, while a server runs or not.",
        discussion: """
            The copy shows one moment: every job in it has its data and its model. Its manifest.json has the SHA-256 of each \
            file and is written last: a directory without one is no whole backup. `espalier restore` makes a data directory of it.
            """)

    @OptionGroup var data: DataOptions

    @Option(help: "Where to: a directory that is missing or empty.")
    var to: String

    func run() throws {
        let manifest = try Backup.make(of: data.dataDir, to: to, version: EspalierVersion.current)
        print("\(to): \(manifest.files.count) files, \(manifest.bytes) bytes, as of \(manifest.createdAt)")
    }
}

/// `espalier restore`: a data directory from a backup.
struct RestoreCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore",
        abstract: "Make a new data directory of a backup.",
        discussion: """
            Each file is held against the digest in the backup's manifest; where one is wrong nothing is restored. Jobs that were \
            queued or running at the moment of the backup go on when a server starts on the directory.
            """)

    @Option(help: "The backup.")
    var from: String

    @Option(help: "The data directory to make: one that is missing or empty.")
    var dataDir: String

    func run() throws {
        let manifest = try Restore.make(from: from, to: dataDir)
        print("\(dataDir): \(manifest.files.count) files, \(manifest.bytes) bytes, as of \(manifest.createdAt)")
        let usable = try Restore.usableKeys(in: dataDir)
        if usable > 0 {
            print(
                "\(usable) API keys can be used, those among them that were revoked since: espalier keys list, and revoke"
            )
        }
    }
}
