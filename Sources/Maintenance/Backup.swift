import Glibc
import Jobs
import SQLiteStore

/// A copy of a data directory as it was at one moment, made while a server may go on with it.
///
/// First the database is copied, then the files that the copy names: those never change. One that is gone by then was
/// deleted with its job since; then the database is copied once more, and only what is new has to follow, until nothing
/// is missing.
public enum Backup {
    private static let mostPasses = 50

    /// Backs `directory` up to `destination`, which must be missing or empty, and is so again where that fails.
    /// - Parameter version: of this program.
    public static func make(
        of directory: String, to destination: String, version: String
    ) throws -> BackupManifest {
        let source = try DatabaseInspection(file: "\(directory)/\(DataLayout.database)")
        guard try Folder.isFree(destination) else {
            throw MaintenanceError("\(destination) is there and not an empty directory")
        }
        do {
            return try make(of: directory, source, to: destination, version)
        } catch {
            Folder.clear(destination)
            throw error
        }
    }

    private static func make(
        of directory: String, _ source: DatabaseInspection, to destination: String, _ version: String
    ) throws -> BackupManifest {
        try Folder.make(destination)
        for folder in DataLayout.folders { try Folder.make("\(destination)/\(folder)") }
        let database = "\(destination)/\(DataLayout.database)"

        var files: [String: FileCopy.Outcome] = [:]
        for _ in 0..<mostPasses {
            let createdAt = Timestamp.now()
            for suffix in ["", "-wal", "-shm", "-journal"] { unlink(database + suffix) }
            try source.copy(to: database)
            let needed = try DatabaseInspection(file: database).references()
            if let missing = try copy(needed, from: directory, to: destination, &files) {
                // Still needed, and not there: no later copy will be better.
                guard try !source.references().files.keys.contains(missing) else {
                    throw MaintenanceError(
                        "\(directory)/\(missing) is missing, although the database needs it; see espalier doctor")
                }
                continue
            }
            try drop(&files, but: needed, in: destination)
            try copyCheckpoints(of: needed.unfinished, from: directory, to: destination, &files)
            try copyKeys(from: directory, to: destination, &files)
            return try seal(destination, files, createdAt, version)
        }
        throw MaintenanceError("files are deleted faster than they can be copied; try again when less is going on")
    }

    /// Copies what is not there yet; the first file that is missing, if one is.
    private static func copy(
        _ needed: FileReferences, from directory: String, to destination: String,
        _ files: inout [String: FileCopy.Outcome]
    ) throws -> String? {
        for (path, digest) in needed.files.sorted(by: { $0.key < $1.key }) where files[path] == nil {
            guard let outcome = try FileCopy.copy("\(directory)/\(path)", to: "\(destination)/\(path)") else {
                return path
            }
            if let digest, outcome.sha256 != digest {
                throw MaintenanceError("\(directory)/\(path) is damaged: its SHA-256 is \(outcome.sha256)")
            }
            files[path] = outcome
        }
        return nil
    }

    /// Deletes what earlier passes copied and the last one does not need.
    private static func drop(
        _ files: inout [String: FileCopy.Outcome], but needed: FileReferences, in destination: String
    ) throws(MaintenanceError) {
        let kept = needed.files
        for path in files.keys where kept[path] == nil {
            guard unlink("\(destination)/\(path)") == 0 else { throw .last("delete \(destination)/\(path)") }
            files[path] = nil
        }
    }

    /// Checkpoints spare a restored server work, and nothing more: one that is replaced meanwhile may be missing.
    private static func copyCheckpoints(
        of jobs: Set<JobID>, from directory: String, to destination: String,
        _ files: inout [String: FileCopy.Outcome]
    ) throws(MaintenanceError) {
        for name in try Folder.names("\(directory)/\(DataLayout.checkpoints)") {
            guard let suffix = CheckpointArchive.suffixes.first(where: { name.hasSuffix($0) }),
                let id = JobID(String(name.dropLast(suffix.utf8.count))), jobs.contains(id)
            else { continue }
            let path = "\(DataLayout.checkpoints)/\(name)"
            files[path] = try FileCopy.copy("\(directory)/\(path)", to: "\(destination)/\(path)")
        }
    }

    /// API keys have a database of their own, and no part in the moment that the backup shows.
    private static func copyKeys(
        from directory: String, to destination: String, _ files: inout [String: FileCopy.Outcome]
    ) throws {
        guard KeyFile.exists(in: directory) else { return }
        let copy = "\(destination)/\(DataLayout.keys)"
        try DatabaseInspection(file: "\(directory)/\(DataLayout.keys)").copy(to: copy)
        // Readable by nobody else, even where the folder is moved to a place that all can read.
        guard chmod(copy, 0o600) == 0 else { throw MaintenanceError.last("chmod \(copy)") }
        try FileCopy.synchronize(copy)
        files[DataLayout.keys] = try FileCopy.measure(copy)
    }

    /// Makes everything durable, and last the manifest.
    private static func seal(
        _ destination: String, _ files: [String: FileCopy.Outcome], _ createdAt: Timestamp, _ version: String
    ) throws -> BackupManifest {
        let database = "\(destination)/\(DataLayout.database)"
        let faults = try DatabaseInspection(file: database).faults()
        guard faults.isEmpty else { throw MaintenanceError("the database is damaged: \(faults[0])") }
        // A reader leaves them behind, empty.
        for suffix in ["-wal", "-shm"] { unlink(database + suffix) }
        try FileCopy.synchronize(database)
        guard let copied = try FileCopy.measure(database) else { throw MaintenanceError("\(database) is gone") }
        var all = files.map { BackupManifest.File(path: $0.key, bytes: $0.value.bytes, sha256: $0.value.sha256) }
        all.append(.init(path: DataLayout.database, bytes: copied.bytes, sha256: copied.sha256))
        for folder in DataLayout.folders { try FileCopy.synchronize("\(destination)/\(folder)") }
        let manifest = BackupManifest(createdAt: createdAt.description, version: version, files: all)
        try FileCopy.write(manifest.document, to: "\(destination)/\(BackupManifest.fileName)")
        try FileCopy.synchronize(destination)
        try FileCopy.synchronize("\(destination)/..")
        return manifest
    }
}
