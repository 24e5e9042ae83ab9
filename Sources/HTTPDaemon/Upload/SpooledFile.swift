import Glibc

/// A request body in a temporary file. The file goes with the last reference, unless it was moved.
public final class SpooledFile: Sendable {
    /// The size in bytes.
    public let length: Int
    private let file: TemporaryFile

    /// Where the file lies until it is moved.
    public var path: String { file.path }

    init(file: TemporaryFile, length: Int) {
        self.file = file
        self.length = length
    }

    /// Gives `body` the whole content, mapped read-only; nothing is copied. The pointer is valid only inside.
    public func withUnsafeBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) throws -> Result {
        guard length > 0 else { return try body(UnsafeRawBufferPointer(start: nil, count: 0)) }
        guard let start = mmap(nil, length, PROT_READ, MAP_PRIVATE, file.descriptor, 0), start != MAP_FAILED else {
            throw SystemError(call: "mmap", path: path)
        }
        defer { munmap(start, length) }
        return try body(UnsafeRawBufferPointer(start: start, count: length))
    }

    /// Forces the content to disk. A failure is final: the content must be taken as lost.
    public func synchronize() throws(SystemError) {
        try file.synchronize()
    }

    /// Renames the file within its file system; from then on it belongs to the caller.
    /// Making the new name durable (fsync of the folder) is the caller's too.
    public func move(to destination: String) throws(SystemError) {
        try file.move(to: destination)
    }
}
