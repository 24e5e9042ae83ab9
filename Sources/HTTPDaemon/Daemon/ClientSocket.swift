import Glibc

/// What outlives one request of a connection; made when the socket is accepted, released when it is closed, and used
/// only on the connection's thread. Deadlines for slow headers and bodies have their place here: the moments at which
/// the socket was accepted, the target arrived (`received`) and the request was complete, for a sweeper that shuts
/// down the sockets which are late. libmicrohttpd's own timeout knows idle time only.
final class ClientSocket {
    let peerAddress: String
    /// Whether the last response was sent before the whole request was read.
    var isRefused = false
    private var target: String?
    private var targetEnd = UnsafeRawPointer(bitPattern: 1)

    init(peerAddress: String) {
        self.peerAddress = peerAddress
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
