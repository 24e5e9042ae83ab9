import Glibc

/// A file being written beside its final place; gone with its owner unless it was committed.
struct TemporaryFile: ~Copyable {
    /// Names that `sweep` may delete.
    static let prefix = ".incoming-"

    private let directory: String
    private let path: String
    private let descriptor: Int32
    private var isCommitted = false

    /// Creates an empty file in `directory`.
    init(in directory: String) throws(StorageError) {
        let path = "\(directory)/\(TemporaryFile.prefix)\(String(UInt64.random(in: 0...UInt64.max), radix: 16))"
        let descriptor = Glibc.open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o640)
        if descriptor < 0 { throw .last("create a file in the data folder") }
        self.directory = directory
        self.path = path
        self.descriptor = descriptor
    }

    deinit {
        close(descriptor)
        if !isCommitted { unlink(path) }
    }

    /// Writes all of `bytes` at `offset`.
    func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(StorageError) {
        var done = 0
        while done < bytes.count {
            let count = pwrite(descriptor, bytes.baseAddress! + done, bytes.count - done, offset + done)
            if count < 0 {
                if errno == EINTR { continue }
                throw .last("write a data set")
            }
            done += count
        }
    }

    /// Reads exactly `bytes.count` bytes at `offset`.
    func read(into bytes: UnsafeMutableRawBufferPointer, at offset: Int) throws(StorageError) {
        var done = 0
        while done < bytes.count {
            let count = pread(descriptor, bytes.baseAddress! + done, bytes.count - done, offset + done)
            if count < 0 && errno == EINTR { continue }
            if count < 0 { throw .last("read a data set back") }
            if count == 0 { throw .io(operation: "read a data set back", code: EIO) }
            done += count
        }
    }

    /// Makes the file durable under `name`, replacing what was there.
    mutating func commit(as name: String) throws(StorageError) {
        if fsync(descriptor) != 0 { throw .last("sync a data set") }
        if rename(path, "\(directory)/\(name)") != 0 { throw .last("rename a data set") }
        isCommitted = true
        try TemporaryFile.syncDirectory(directory)
    }

    /// Makes the names in a folder durable.
    static func syncDirectory(_ directory: String) throws(StorageError) {
        let folder = Glibc.open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        if folder < 0 { throw .last("open the data folder") }
        defer { close(folder) }
        if fsync(folder) != 0 { throw .last("sync the data folder") }
    }

    /// Deletes what interrupted writers left.
    static func sweep(_ directory: String) throws(StorageError) {
        guard let listing = opendir(directory) else { throw .last("list the data folder") }
        defer { closedir(listing) }
        while let entry = readdir(listing) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name.hasPrefix(prefix), unlink("\(directory)/\(name)") != 0, errno != ENOENT {
                throw .last("delete a leftover")
            }
        }
    }
}
