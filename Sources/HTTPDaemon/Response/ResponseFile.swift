import Glibc

/// A file, or a part of one, as a response's body. It is opened when this value is made: the file may be removed
/// afterwards and is still sent.
public final class ResponseFile: Sendable {
    /// The bytes that are sent, counted from the start of the file.
    public let range: Range<Int>
    private let descriptor: Int32

    /// - Parameter range: nil for the whole file; it is cut to the file's size.
    public init(path: String, range: Range<Int>? = nil) throws(SystemError) {
        let descriptor = retryingInterrupted { open(path, O_RDONLY | O_CLOEXEC) }
        guard descriptor >= 0 else { throw SystemError(call: "open", path: path) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            let error = SystemError(call: "fstat", path: path)
            close(descriptor)
            throw error
        }
        let whole = 0..<Int(status.st_size)
        self.range = range?.clamped(to: whole) ?? whole
        self.descriptor = descriptor
    }

    deinit {
        close(descriptor)
    }

    /// A descriptor of the same open file that the caller closes; nil where there are too many.
    func duplicateDescriptor() -> Int32? {
        let copy = fcntl(descriptor, F_DUPFD_CLOEXEC, 0)
        return copy < 0 ? nil : copy
    }
}
