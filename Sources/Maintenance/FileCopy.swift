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
        let writing = Glibc.open(destination, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard writing >= 0 else { throw .last("create \(destination)") }
        var isClosed = false
        defer { if !isClosed { close(writing) } }
        let outcome = try pass(reading, source) { (part) throws(MaintenanceError) in
            var rest = part[...]
            while !rest.isEmpty {
                let piece = UnsafeRawBufferPointer(rebasing: rest)
                let count = write(writing, piece.baseAddress, piece.count)
                if count < 0 && errno == EINTR { continue }
                guard count > 0 else { throw .last("write \(destination)") }
                rest = rest.dropFirst(count)
            }
        }
        guard fsync(writing) == 0 else { throw .last("fsync \(destination)") }
        isClosed = true
        guard close(writing) == 0 else { throw .last("close \(destination)") }
        return outcome
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
