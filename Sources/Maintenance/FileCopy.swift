import Datasets
import Glibc
import Hashing

/// Files one at a time: read to their end, hashed on the way, written durably.
enum FileCopy {
    /// What went through.
    struct Outcome: Equatable {
        let bytes: Int
        let sha256: String
    }

    private static let room = 1 << 20

    /// Copies `source` to `destination`, which is on disk when this returns; nil if there is no `source`. What was at
    /// `destination` is replaced.
    static func copy(_ source: String, to destination: String) throws(MaintenanceError) -> Outcome? {
        guard let reading = try open(source) else { return nil }
        defer { close(reading) }
        return try create(destination) { (writing) throws(MaintenanceError) in
            try pass(reading, source) { (part) throws(MaintenanceError) in
                try append(part, to: writing, destination)
            }
        }
    }

    /// Makes a file of `bytes` that is there whole or not at all.
    static func write(_ bytes: [UInt8], to destination: String) throws(MaintenanceError) {
        let part = destination + ".part"
        try create(part) { (writing) throws(MaintenanceError) in
            try bytes.withUnsafeBufferPointer { (bytes) throws(MaintenanceError) in
                try append(UnsafeRawBufferPointer(bytes), to: writing, part)
            }
        }
        guard rename(part, destination) == 0 else { throw .last("rename \(part)") }
    }

    /// Reads `file` to its end; nil if it is not there.
    static func measure(_ file: String) throws(MaintenanceError) -> Outcome? {
        guard let reading = try open(file) else { return nil }
        defer { close(reading) }
        return try pass(reading, file) { _ in }
    }

    /// Makes what is in a file or a folder durable.
    static func synchronize(_ path: String) throws(MaintenanceError) {
        let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .last("open \(path)") }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw .last("fsync \(path)") }
    }

    /// Makes `file`, on disk when this returns, of what `fill` writes to its descriptor.
    private static func create<Result>(
        _ file: String, _ fill: (Int32) throws(MaintenanceError) -> Result
    ) throws(MaintenanceError) -> Result {
        let descriptor = Glibc.open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .last("create \(file)") }
        var isClosed = false
        defer { if !isClosed { close(descriptor) } }
        let result = try fill(descriptor)
        guard fsync(descriptor) == 0 else { throw .last("fsync \(file)") }
        isClosed = true
        guard close(descriptor) == 0 else { throw .last("close \(file)") }
        return result
    }

    private static func append(
        _ bytes: UnsafeRawBufferPointer, to descriptor: Int32, _ name: String
    ) throws(MaintenanceError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let piece = UnsafeRawBufferPointer(rebasing: rest)
            let count = Glibc.write(descriptor, piece.baseAddress, piece.count)
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { throw .last("write \(name)") }
            rest = rest.dropFirst(count)
        }
    }

    private static func open(_ file: String) throws(MaintenanceError) -> Int32? {
        let descriptor = Glibc.open(file, O_RDONLY | O_CLOEXEC)
        if descriptor < 0 && errno == ENOENT { return nil }
        guard descriptor >= 0 else { throw .last("open \(file)") }
        return descriptor
    }

    private static func pass(
        _ descriptor: Int32, _ name: String, _ take: (UnsafeRawBufferPointer) throws(MaintenanceError) -> Void
    ) throws(MaintenanceError) -> Outcome {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: room, alignment: 64)
        defer { buffer.deallocate() }
        var hash = ContentHash()
        var bytes = 0
        while true {
            let count = read(descriptor, buffer.baseAddress, buffer.count)
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw .last("read \(name)") }
            if count == 0 { return Outcome(bytes: bytes, sha256: hash.finish()) }
            let part = UnsafeRawBufferPointer(rebasing: buffer[..<count])
            hash.update(part)
            try take(part)
            bytes += count
        }
    }
}
