import Glibc

/// What outlives one request of a connection.
// Unchecked: made before libmicrohttpd knows the connection; what is no constant is used on the connection's thread only.
final class ClientSocket: @unchecked Sendable {
    let descriptor: Int32
    let peerAddress: String
    /// The place of the thread that serves it.
    let thread: Int
    /// Whether the last response was sent before the whole request was read.
    var isRefused = false
    private var target: String?
    private var targetEnd = UnsafeRawPointer(bitPattern: 1)

    init(descriptor: Int32, peerAddress: String, thread: Int) {
        self.descriptor = descriptor
        self.peerAddress = peerAddress
        self.thread = thread
    }

    /// Notes the raw target, before libmicrohttpd cuts it up in place.
    func receive(target raw: UnsafePointer<CChar>) {
        target = String(validatingCString: raw)
        targetEnd = UnsafeRawPointer(raw + strlen(raw))
    }

    /// The raw target of the request whose version string is given.
    func takeTarget(version: UnsafePointer<CChar>) throws(MalformedRequest) -> String {
        defer { target = nil }
        guard let target else { throw .invalidUTF8 }
        // Both lie in the same line: where anything but the one space is between them, a NUL byte cut the target.
        if let targetEnd, UnsafeRawPointer(version) > targetEnd + 1 { throw .nulByte }
        return target
    }
}
