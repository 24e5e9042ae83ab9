import Glibc

/// A folder of small files that are written once, whole and durable, and never changed.
package struct DurableFolder: Sendable {
    private let directory: String

    /// Opens the folder, making it if need be, and deletes what interrupted writers left there.
    package init(_ directory: String) throws(StorageError) {
        try TemporaryFile.makeDirectory(directory)
        try TemporaryFile.sweep(directory)
        self.directory = directory
    }

    /// Stores `bytes` under `name`, replacing what was there; on disk when it returns.
    package func write(_ bytes: [UInt8], as name: String) throws(StorageError) {
        var file = TemporaryFile(in: directory)
        try bytes.withUnsafeBufferPointer { (bytes) throws(StorageError) in
            try file.write(UnsafeRawBufferPointer(bytes), at: 0)
        }
        try file.commit(as: name)
    }

    /// A new file, to be written piece by piece.
    package func writer() -> DurableWriter { DurableWriter(in: directory) }

    /// `name`, mapped; nil if there is no such file.
    package func map(_ name: String) throws(StorageError) -> MappedFile? {
        let descriptor = open("\(directory)/\(name)", O_RDONLY | O_CLOEXEC)
        if descriptor < 0 {
            if errno == ENOENT { return nil }
            throw .last("open \(name)")
        }
        defer { close(descriptor) }
        return try MappedFile(descriptor: descriptor, name: name, readsAhead: true)
    }

    /// Deletes `name`, if it is there.
    package func remove(_ name: String) throws(StorageError) {
        if unlink("\(directory)/\(name)") != 0 && errno != ENOENT { throw .last("delete \(name)") }
    }

    /// Makes the names in the folder `directory` durable.
    package static func sync(_ directory: String) throws(StorageError) { try TemporaryFile.syncDirectory(directory) }

    /// All files, in no order.
    package func names() throws(StorageError) -> [String] {
        guard let listing = opendir(directory) else { throw .last("list \(directory)") }
        defer { closedir(listing) }
        var names: [String] = []
        while let entry = readdir(listing) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if !name.hasPrefix(".") { names.append(name) }
        }
        return names
    }
}
