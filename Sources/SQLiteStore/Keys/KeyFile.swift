import Access
import Foundation
import GRDB
import Glibc
import Jobs

/// The keys of a data directory, in an SQLite file of their own: any number of processes may have it open, so that keys are made and revoked
/// while the server runs, and the jobs' file stays the server's alone. What has been written is on disk.
public final class KeyFile: Sendable {
    /// Its name in the data directory.
    public static let name = "keys.sqlite"

    private let queue: DatabaseQueue
    private let path: String
    /// Which file it was when it was opened.
    private let identity: FileIdentity

    /// Opens, or makes, the file in `directory`, which must exist. Only its owner can read it. Throws `newerSchema` if a
    /// newer version of this program wrote it.
    public init(directory: String) throws(StoreError) {
        path = "\(directory)/\(KeyFile.name)"
        // Several processes may open it for the first time, and only one of them can make its tables.
        let turn = try KeyFile.takeTurn(in: directory)
        defer { Glibc.close(turn) }
        do {
            try KeyFile.makePrivate(path, in: directory)
            var configuration = Configuration()
            configuration.label = "espalier keys"
            configuration.busyMode = .timeout(5)
            configuration.prepareDatabase { db in
                // A key that was revoked stays so: the end of the journal's file is synced too.
                try db.execute(sql: "PRAGMA synchronous = EXTRA")
            }
            queue = try DatabaseQueue(path: path, configuration: configuration)
            identity = try FileIdentity(path)
            let migrator = KeySchema.migrator
            if try queue.read(migrator.hasBeenSuperseded) { throw StoreError.newerSchema(path) }
            try migrator.migrate(queue)
        } catch {
            throw StoreError(error)
        }
    }

    /// Whether there is such a file in `directory`.
    public static func exists(in directory: String) -> Bool { access("\(directory)/\(name)", F_OK) == 0 }

    /// Keeps a new key's record.
    public func add(_ record: KeyRecord) throws(StoreError) {
        try write { try APIKeyRow.insert(record, $0) }
    }

    /// All keys that ever were, oldest first.
    public func records() throws(StoreError) -> [KeyRecord] { try read { try APIKeyRow.all($0) } }

    /// Makes a key useless from now on, and answers with its record; nil for no such key. One that is revoked already
    /// stays as it is.
    public func revoke(_ id: KeyID, at now: Date) throws(StoreError) -> KeyRecord? {
        try write { db in
            try db.execute(
                sql: "UPDATE api_key SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL",
                arguments: [APIKeyRow.milliseconds(now), id.description])
            return try APIKeyRow.find(id, db)
        }
    }

    /// Notes that keys were used by `now`.
    public func noteUses(_ ids: Set<KeyID>, at now: Date) throws(StoreError) {
        guard !ids.isEmpty else { return }
        try write { db in
            for id in ids {
                try db.execute(
                    sql: "UPDATE api_key SET last_used_at = ? WHERE id = ?",
                    arguments: [APIKeyRow.milliseconds(now), id.description])
            }
        }
    }

    /// A number that is another one whenever another process, or another `KeyFile`, has changed something. Throws `unavailable`
    /// too where the file has been deleted or replaced: what is open is then no longer what others see.
    func version() throws(StoreError) -> Int {
        guard try FileIdentity(path) == identity else {
            throw .unavailable("\(path) is another file than when the service started, which has to be started anew")
        }
        return try read { try Int.fetchOne($0, sql: "PRAGMA data_version") ?? 0 }
    }

    /// Closes the file; later calls throw.
    public func close() throws(StoreError) {
        do {
            try queue.close()
        } catch {
            throw StoreError(error)
        }
    }

    /// Waits until no other process opens the file in `directory`; the others wait until the descriptor is closed.
    private static func takeTurn(in directory: String) throws(StoreError) -> Int32 {
        let descriptor = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw .unavailable("cannot open \(directory): \(String(cString: strerror(errno)))")
        }
        var result = flock(descriptor, LOCK_EX)
        while result != 0, errno == EINTR { result = flock(descriptor, LOCK_EX) }
        guard result == 0 else {
            let message = String(cString: strerror(errno))
            Glibc.close(descriptor)
            throw .unavailable("cannot lock \(directory): \(message)")
        }
        return descriptor
    }

    /// Makes an empty file that is its owner's alone. One that root makes is the directory's owner's: the server, which
    /// is not root, has to write it too.
    private static func makePrivate(_ path: String, in directory: String) throws(StoreError) {
        let descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            if errno == EEXIST { return }
            throw .unavailable("cannot make \(path): \(String(cString: strerror(errno)))")
        }
        defer { Glibc.close(descriptor) }
        guard geteuid() == 0 else { return }
        var status = stat()
        guard stat(directory, &status) == 0, fchown(descriptor, status.st_uid, status.st_gid) == 0 else {
            throw .unavailable("cannot give \(path) to its directory's owner: \(String(cString: strerror(errno)))")
        }
    }

    private func read<Value>(_ body: (Database) throws -> Value) throws(StoreError) -> Value {
        do {
            return try queue.read(body)
        } catch {
            throw StoreError(error)
        }
    }

    private func write<Value>(_ body: (Database) throws -> Value) throws(StoreError) -> Value {
        do {
            return try queue.write(body)
        } catch {
            throw StoreError(error)
        }
    }
}
