import Glibc
import Jobs
import SQLiteStore

/// A data directory made from a backup.
public enum Restore {
    /// Fills `directory`, which must be missing or empty, with what `backup` holds. Every file is held against its digest;
    /// where one is wrong or missing nothing is left behind. The database comes last: a directory without one is taken for
    /// new by no server before that.
    public static func make(from backup: String, to directory: String) throws -> BackupManifest {
        let manifest = try manifest(of: backup)
        guard try Folder.isFree(directory) else {
            throw MaintenanceError("\(directory) is there and not an empty directory")
        }
        try Folder.make(directory)
        var made: [String] = []
        do {
            for folder in DataLayout.folders { try Folder.make("\(directory)/\(folder)") }
            let (database, others) = (
                manifest.files.filter { $0.path == DataLayout.database },
                manifest.files.filter { $0.path != DataLayout.database }
            )
            for file in others {
                made.append("\(directory)/\(file.path)")
                try copy(file, from: "\(backup)/\(file.path)", to: "\(directory)/\(file.path)")
            }
            let incoming = "\(directory)/.\(DataLayout.database).incoming"
            for file in database {
                made.append(incoming)
                try copy(file, from: "\(backup)/\(file.path)", to: incoming)
            }
            for folder in DataLayout.folders { try FileCopy.synchronize("\(directory)/\(folder)") }
            guard rename(incoming, "\(directory)/\(DataLayout.database)") == 0 else {
                throw MaintenanceError.last("rename \(incoming)")
            }
            made.append("\(directory)/\(DataLayout.database)")
            try FileCopy.synchronize(directory)
            try FileCopy.synchronize("\(directory)/..")
            try check(directory)
        } catch {
            for path in made + ["-wal", "-shm"].map({ "\(directory)/\(DataLayout.database)\($0)" }) { unlink(path) }
            for folder in DataLayout.folders { rmdir("\(directory)/\(folder)") }
            throw error
        }
        return manifest
    }

    /// How many API keys of a data directory a request can be made with.
    public static func usableKeys(in directory: String) throws -> Int {
        guard KeyFile.exists(in: directory) else { return 0 }
        return try DatabaseInspection(file: "\(directory)/\(DataLayout.keys)").keys(at: .now()).usable
    }

    private static func manifest(of backup: String) throws -> BackupManifest {
        let path = "\(backup)/\(BackupManifest.fileName)"
        guard let file = fopen(path, "re") else {
            throw errno == ENOENT
                ? MaintenanceError("\(backup) has no \(BackupManifest.fileName): it is no backup, or not a whole one")
                : MaintenanceError.last("open \(path)")
        }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = fread(&buffer, 1, buffer.count, file)
            bytes += buffer[..<count]
            if count < buffer.count { break }
        }
        guard ferror(file) == 0 else { throw MaintenanceError.last("read \(path)") }
        return try BackupManifest(bytes)
    }

    private static func copy(
        _ file: BackupManifest.File, from source: String, to destination: String
    ) throws(MaintenanceError) {
        guard let outcome = try FileCopy.copy(source, to: destination) else {
            throw MaintenanceError("\(source) is missing")
        }
        guard outcome == FileCopy.Outcome(bytes: file.bytes, sha256: file.sha256) else {
            throw MaintenanceError("\(source) is damaged: it is not what the manifest says")
        }
    }

    /// What was restored is whole.
    private static func check(_ directory: String) throws {
        let database = try DatabaseInspection(file: "\(directory)/\(DataLayout.database)")
        let faults = try database.faults()
        guard faults.isEmpty else { throw MaintenanceError("the database is damaged: \(faults[0])") }
        for path in try database.references().files.keys where access("\(directory)/\(path)", R_OK) != 0 {
            throw MaintenanceError("the backup lacks \(path), which its database needs")
        }
    }
}
