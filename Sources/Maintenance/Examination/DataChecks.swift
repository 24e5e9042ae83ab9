import Glibc
import Jobs
import SQLiteStore

/// Whether what is stored is whole: the database by itself, and the files that it needs.
public enum DataChecks {
    /// Looks at everything in `directory`; with a server running on it too. Nothing is written.
    public static func run(_ directory: String) -> [Finding] {
        finding("keys") { [try keys(directory)] } + finding("database") { try database(directory) }
    }

    private static func database(_ directory: String) throws -> [Finding] {
        guard try Folder.names(directory).contains(DataLayout.database) else {
            return [.ok("database", "there is none yet")]
        }
        // Listed before the database is read: what comes later is in its use by then.
        let found = try files(directory)
        let database = try DatabaseInspection(file: "\(directory)/\(DataLayout.database)")
        return finding("database") { [try structure(database)] } + finding("schema") { [try schema(database)] }
            + finding("missing files") { try files(directory, found, database) }
    }

    /// What cannot be looked at has failed, and keeps nobody from looking at the rest.
    private static func finding(_ check: String, _ look: () throws -> [Finding]) -> [Finding] {
        do {
            return try look()
        } catch {
            return [.failed(check, "\(error)")]
        }
    }

    private static func structure(_ database: DatabaseInspection) throws -> Finding {
        let faults = try database.faults()
        if let first = faults.first {
            return .failed("database", "\(faults.count) faults, the first: \(first)")
        }
        let counts = try database.counts()
        let jobs = JobStatus.allCases.compactMap { status in counts[status].map { "\($0) \(status.rawValue)" } }
        return .ok("database", "sound; jobs: \(jobs.isEmpty ? "none" : jobs.joined(separator: ", "))")
    }

    private static func schema(_ database: DatabaseInspection) throws -> Finding {
        let schema = try database.schema()
        if !schema.unknown.isEmpty {
            let names = schema.unknown.joined(separator: ", ")
            return .failed("schema", "written by a newer version of this program, which knows \(names)")
        }
        let last = schema.applied.last ?? "none"
        guard schema.pending.isEmpty else {
            let names = schema.pending.joined(separator: ", ")
            return .warning("schema", "at \(last); the next start brings \(names)")
        }
        return .ok("schema", "at \(last), the newest")
    }

    private static func keys(_ directory: String) throws -> Finding {
        guard KeyFile.exists(in: directory) else { return .ok("keys", "no file yet: none were ever made") }
        let file = "\(directory)/\(DataLayout.keys)"
        let database = try DatabaseInspection(file: file)
        if let fault = try database.faults().first { return .failed("keys", fault) }
        var status = stat()
        if stat(file, &status) == 0, status.st_mode & 0o077 != 0 {
            return .warning("keys", "\(file) can be read by others; mode 600 is enough")
        }
        let keys = try database.keys(at: .now())
        if keys.made == 0 { return .ok("keys", "none were ever made: whoever reaches the server may do everything") }
        if keys.usable == 0 {
            return .warning("keys", "all \(keys.made) are revoked or expired: every request is answered with 401")
        }
        return .ok("keys", "\(keys.usable) of \(keys.made) usable")
    }

    private static func files(_ directory: String) throws -> Set<String> {
        var found: Set<String> = []
        for folder in DataLayout.folders {
            for name in try Folder.names("\(directory)/\(folder)") { found.insert("\(folder)/\(name)") }
        }
        return found
    }

    private static func files(
        _ directory: String, _ found: Set<String>, _ database: DatabaseInspection
    ) throws -> [Finding] {
        let references = try database.references()
        var (missing, damaged): ([String], [String]) = ([], [])
        var bytes = 0
        for (path, digest) in references.files.sorted(by: { $0.key < $1.key }) {
            guard let outcome = try FileCopy.measure("\(directory)/\(path)") else {
                missing.append(path)
                continue
            }
            bytes += outcome.bytes
            if let digest, outcome.sha256 != digest { damaged.append(path) }
        }
        // Deleted with their jobs since the database was read.
        if !missing.isEmpty {
            let now = try database.references().files
            missing.removeAll { now[$0] == nil }
        }
        let needed = Set(references.files.keys)
        let orphans = found.filter { path in
            guard path.hasPrefix(DataLayout.checkpoints + "/") else { return !needed.contains(path) }
            let name = path.dropFirst(DataLayout.checkpoints.utf8.count + 1)
            let id = name.split(separator: ".").first.flatMap { JobID(String($0)) }
            return id.map { !references.unfinished.contains($0) } ?? true
        }
        return [
            needing("missing files", missing, "\(needed.count) files, \(bytes >> 10) KiB, all there"),
            needing("damaged files", damaged, "none: all digests are right"),
            orphans.isEmpty
                ? .ok("orphaned files", "none")
                : .warning("orphaned files", "\(named(orphans.sorted())); the next start of a server deletes them"),
        ]
    }

    private static func needing(_ check: String, _ paths: [String], _ fine: String) -> Finding {
        paths.isEmpty ? .ok(check, fine) : .failed(check, named(paths))
    }

    private static func named(_ paths: [String]) -> String {
        "\(paths.count): " + paths.prefix(5).joined(separator: ", ") + (paths.count > 5 ? ", …" : "")
    }
}
