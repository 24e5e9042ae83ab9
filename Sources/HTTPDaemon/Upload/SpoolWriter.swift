import Glibc

/// Writes a body to a temporary file as it arrives.
struct SpoolWriter {
    private let file: TemporaryFile
    private var length = 0

    init(directory: String) throws(SystemError) {
        file = try TemporaryFile(directory: directory)
    }

    mutating func append(_ bytes: UnsafeRawBufferPointer) throws(SystemError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let part = UnsafeRawBufferPointer(rebasing: rest)
            let written = retryingInterrupted { write(file.descriptor, part.baseAddress, part.count) }
            if written < 0 { throw SystemError(call: "write", path: file.path) }
            rest = rest.dropFirst(written)
            length += written
        }
    }

    func finish() -> SpooledFile {
        SpooledFile(file: file, length: length)
    }
}
