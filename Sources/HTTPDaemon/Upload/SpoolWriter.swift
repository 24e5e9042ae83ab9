import Glibc

/// Writes a body to a temporary file as it arrives, in long pieces: the system's cost of a write is by the call as much as
/// by the byte.
struct SpoolWriter: ~Copyable {
    private static let room = 256 << 10

    private let file: TemporaryFile
    private let buffer: UnsafeMutableRawBufferPointer
    private var waiting = 0
    private var length = 0

    init(directory: String) throws(SystemError) {
        file = try TemporaryFile(directory: directory)
        // Not before: what an initialiser that throws has allocated nobody gives back.
        buffer = .allocate(byteCount: SpoolWriter.room, alignment: 64)
    }

    deinit { buffer.deallocate() }

    mutating func append(_ bytes: UnsafeRawBufferPointer) throws(SystemError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let part = rest.prefix(SpoolWriter.room - waiting)
            UnsafeMutableRawBufferPointer(rebasing: buffer[waiting...]).copyMemory(
                from: UnsafeRawBufferPointer(rebasing: part))
            waiting += part.count
            rest = rest.dropFirst(part.count)
            if waiting == SpoolWriter.room { try flush() }
        }
    }

    /// The file, with everything that was appended.
    mutating func finish() throws(SystemError) -> SpooledFile {
        try flush()
        return SpooledFile(file: file, length: length)
    }

    private mutating func flush() throws(SystemError) {
        var rest = UnsafeRawBufferPointer(rebasing: buffer[..<waiting])[...]
        while !rest.isEmpty {
            let part = UnsafeRawBufferPointer(rebasing: rest)
            let written = retryingInterrupted { write(file.descriptor, part.baseAddress, part.count) }
            if written < 0 { throw SystemError(call: "write", path: file.path) }
            rest = rest.dropFirst(written)
            length += written
        }
        waiting = 0
    }
}
