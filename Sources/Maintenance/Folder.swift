import Foundation

/// A folder as backups and examinations need it.
enum Folder {
    /// Makes `path`, if it is not there, for its owner alone.
    static func make(_ path: String) throws(MaintenanceError) {
        guard mkdir(path, 0o700) != 0, errno != EEXIST else { return }
        throw .last("make \(path)")
    }

    /// The files in it, hidden ones left out; empty if there is no such folder.
    static func names(_ path: String) throws(MaintenanceError) -> [String] {
        try entries(path).filter { !$0.hasPrefix(".") }
    }

    /// Whether it may be filled: it is not there, or there is nothing in it.
    static func isFree(_ path: String) throws(MaintenanceError) -> Bool {
        var status = stat()
        if stat(path, &status) != 0 {
            guard errno == ENOENT else { throw .last("look at \(path)") }
            return true
        }
        guard status.st_mode & S_IFMT == S_IFDIR else { return false }
        return try entries(path).isEmpty
    }

    /// Deletes what is in a folder that this program has filled, and the folder; what cannot be deleted stays.
    static func clear(_ path: String) {
        do {
            try FileManager.default.removeItem(atPath: path)
        } catch {
            // Why it is cleared is what the user has to know.
        }
    }

    private static func entries(_ path: String) throws(MaintenanceError) -> [String] {
        guard let listing = opendir(path) else {
            if errno == ENOENT { return [] }
            throw .last("list \(path)")
        }
        defer { closedir(listing) }
        var names: [String] = []
        while let entry = readdir(listing) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != "." && name != ".." { names.append(name) }
        }
        return names.sorted()
    }
}
