import JSONDocument
import Jobs

/// What a backup holds. It is written last: a backup without one is not whole.
public struct BackupManifest: Sendable, Equatable {
    /// One file of a backup.
    public struct File: Sendable, Equatable {
        /// Within the backup.
        public let path: String
        /// Its size.
        public let bytes: Int
        /// Of its content, in hexadecimal.
        public let sha256: String
    }

    /// Its file's name.
    static let fileName = "manifest.json"
    private static let format = "espalier backup 1"

    /// The moment that it shows, RFC 3339.
    public let createdAt: String
    /// The program that made it.
    public let version: String
    /// All files but this one.
    public let files: [File]

    /// All bytes together.
    public var bytes: Int { files.reduce(0) { $0 + $1.bytes } }

    init(createdAt: String, version: String, files: [File]) {
        self.createdAt = createdAt
        self.version = version
        self.files = files.sorted { $0.path < $1.path }
    }

    var document: [UInt8] {
        var json = JSONWriter()
        json.object { json in
            json.member("format", BackupManifest.format)
            json.member("created_at", createdAt)
            json.member("version", version)
            json.array("files") { json in
                for file in files {
                    json.object { json in
                        json.member("path", file.path)
                        json.member("bytes", file.bytes)
                        json.member("sha256", file.sha256)
                    }
                }
            }
        }
        return json.bytes + [UInt8(ascii: "\n")]
    }

    /// Reads what `document` is; a path that leads elsewhere is refused.
    init(_ document: [UInt8]) throws(MaintenanceError) {
        let root: JSONNode
        do {
            root = try JSONDocument.parse(document).root
        } catch {
            throw MaintenanceError("\(BackupManifest.fileName) is not JSON: \(error)")
        }
        guard root["format"]?.string == BackupManifest.format else {
            throw MaintenanceError("\(BackupManifest.fileName) is not of a backup that this program knows")
        }
        createdAt = root["created_at"]?.string ?? ""
        version = root["version"]?.string ?? ""
        var files: [File] = []
        guard let nodes = root["files"]?.elements else {
            throw MaintenanceError("\(BackupManifest.fileName) names no files")
        }
        for node in nodes {
            guard let path = node["path"]?.string, let bytes = node["bytes"]?.integer,
                let sha256 = node["sha256"]?.string, BackupManifest.isWithin(path)
            else { throw MaintenanceError("\(BackupManifest.fileName) is damaged") }
            files.append(File(path: path, bytes: bytes, sha256: sha256))
        }
        guard files.contains(where: { $0.path == DataLayout.database }) else {
            throw MaintenanceError("\(BackupManifest.fileName) names no database")
        }
        self.files = files
    }

    /// A database, or a file of one of the folders.
    private static func isWithin(_ path: String) -> Bool {
        if path == DataLayout.database || path == DataLayout.keys { return true }
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        return parts.count == 2 && DataLayout.folders.contains(String(parts[0])) && !parts[1].isEmpty
            && !parts[1].hasPrefix(".")
    }
}
