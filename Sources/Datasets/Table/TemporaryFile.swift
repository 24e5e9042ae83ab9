import Glibc

/// A file being written beside its final place; gone with its owner unless it was committed. As long as it is small
/// it is kept in memory: making and deleting a file costs more than everything else that is done with a small one.
struct TemporaryFile: ~Copyable {
    /// Names that `sweep` may delete.
    static let prefix = ".incoming-"

    private struct Opened {
        let path: String
        let descriptor: Int32
    }

    private let directory: String
    private let memoryLimit: Int
    private var memory: [UInt8] = []
    private var file: Opened?
    private var isCommitted = false

    /// An empty file for `directory`, made there when it grows beyond `memoryLimit` bytes or is committed.
    init(in directory: String, memoryLimit: Int = 0) {
        self.directory = directory
        self.memoryLimit = memoryLimit
    }

    deinit {
        guard let file else { return }
        close(file.descriptor)
        if !isCommitted { unlink(file.path) }
    }

    /// All bytes so far, as long as they are in memory.
    var content: [UInt8]? { file == nil ? memory : nil }

    /// Writes all of `bytes` at `offset`.
    mutating func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(StorageError) {
        if file == nil {
            let end = offset + bytes.count
            if end <= memoryLimit {
                if end > memory.count { memory.append(contentsOf: repeatElement(0, count: end - memory.count)) }
                memory.withUnsafeMutableBytes { memory in
                    UnsafeMutableRawBufferPointer(rebasing: memory[offset..<end]).copyMemory(from: bytes)
                }
                return
            }
            try spill()
        }
        try writeToFile(bytes, at: offset)
    }

    /// Moves what is in memory to a file.
    private mutating func spill() throws(StorageError) {
        let path = "\(directory)/\(TemporaryFile.prefix)\(String(UInt64.random(in: 0...UInt64.max), radix: 16))"
        let descriptor = Glibc.open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o640)
        if descriptor < 0 { throw .last("create a file in the data folder") }
        file = Opened(path: path, descriptor: descriptor)
        let bytes = memory
        memory = []
        try bytes.withUnsafeBufferPointer { (bytes) throws(StorageError) in
            try writeToFile(UnsafeRawBufferPointer(bytes), at: 0)
        }
    }

    private func writeToFile(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(StorageError) {
        guard let file else { return }
        var done = 0
        while done < bytes.count {
            let count = pwrite(file.descriptor, bytes.baseAddress! + done, bytes.count - done, offset + done)
            if count < 0 {
                if errno == EINTR { continue }
                throw .last("write a data set")
            }
            done += count
        }
    }

    /// Reads exactly `bytes.count` bytes at `offset`.
    func read(into bytes: UnsafeMutableRawBufferPointer, at offset: Int) throws(StorageError) {
        guard let file else {
            guard offset + bytes.count <= memory.count else {
                throw .io(operation: "read a data set back", code: EIO)
            }
            return memory.withUnsafeBytes {
                bytes.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[offset..<offset + bytes.count]))
            }
        }
        var done = 0
        while done < bytes.count {
            let count = pread(file.descriptor, bytes.baseAddress! + done, bytes.count - done, offset + done)
            if count < 0 && errno == EINTR { continue }
            if count < 0 { throw .last("read a data set back") }
            if count == 0 { throw .io(operation: "read a data set back", code: EIO) }
            done += count
        }
    }

    /// Makes the file durable under `name`, replacing what was there.
    mutating func commit(as name: String) throws(StorageError) {
        if file == nil { try spill() }
        guard let file else { return }
        if !FileSync.sync(file.descriptor) { throw .last("sync a data set") }
        if rename(file.path, "\(directory)/\(name)") != 0 { throw .last("rename a data set") }
        isCommitted = true
        try TemporaryFile.syncDirectory(directory)
    }

    /// Makes the folder `directory` in a folder that is there, if need be, and its name durable.
    static func makeDirectory(_ directory: String) throws(StorageError) {
        if mkdir(directory, 0o750) != 0 && errno != EEXIST { throw .last("make the data folder") }
        try syncDirectory("\(directory)/..")
    }

    /// Makes the names in a folder durable.
    static func syncDirectory(_ directory: String) throws(StorageError) {
        let folder = Glibc.open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        if folder < 0 { throw .last("open the data folder") }
        defer { close(folder) }
        if !FileSync.sync(folder) { throw .last("sync the data folder") }
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
