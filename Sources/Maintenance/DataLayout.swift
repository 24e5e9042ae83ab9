import Jobs
import SQLiteStore

/// Where things lie in a data directory.
public enum DataLayout {
    /// The database.
    public static let database = DatabaseInspection.fileName
    /// The database of API keys.
    static let keys = KeyFile.name
    /// The file whose lock says that a server runs.
    static let lock = "espalier.lock"

    static let tables = "tables"
    static let networks = "networks"
    static let initialWeights = "initial-weights"
    static let checkpoints = "checkpoints"

    /// Folders with files that the database needs.
    static let folders = [tables, networks, initialWeights, checkpoints]

    static func table(_ hash: String) -> String { "\(tables)/\(hash).table" }
    static func network(_ id: JobID) -> String { "\(networks)/\(id).network" }
    static func initialWeights(_ hash: String) -> String { "\(initialWeights)/\(hash)" }
}

extension FileReferences {
    /// All files that must be there, each with the digest that its name gives, if it gives one.
    var files: [String: String?] {
        var files: [String: String?] = [:]
        for hash in tables { files[DataLayout.table(hash)] = .some(hash) }
        for hash in initialWeights { files[DataLayout.initialWeights(hash)] = .some(hash) }
        for id in networks { files[DataLayout.network(id)] = .some(nil) }
        return files
    }
}
