import Glibc

/// One client's connection, from the moment it is accepted until it is closed: what outlives one request.
// Unchecked: what is neither a constant nor `stage` is used on the connection's thread only.
final class ClientSocket: @unchecked Sendable {
    let descriptor: Int32
    let peerAddress: String
    let client: ClientNetwork?
    /// The place of the thread that serves it.
    let thread: Int
    let stage = Stage.Shared()
    private let opened = ContinuousClock.now
    /// Whether the client may still be sending when the last response has been sent.
    var isToLinger = false
    /// What the TLS session uses for as long as it lasts.
    var certificate: TLSCertificate?
    private var target: UnsafePointer<CChar>?
    private var targetText: String?

    init(descriptor: Int32, address: SocketAddress, thread: Int) {
        self.descriptor = descriptor
        peerAddress = address.text
        client = address.client
        self.thread = thread
    }

    /// Whether no request has come yet, and one may still be on its way.
    func isFresh(at now: ContinuousClock.Instant, within age: Duration) -> Bool {
        stage.current == Stage() && now - opened < age
    }

    /// Notes the raw target, before libmicrohttpd cuts it up in place.
    func receive(target raw: UnsafePointer<CChar>) {
        target = raw
        targetText = String(validatingCString: raw)
    }

    /// The raw target of the request that is begun, and where it lies.
    func takeTarget() throws(MalformedRequest) -> (text: String, start: UnsafePointer<CChar>, length: Int) {
        defer { (target, targetText) = (nil, nil) }
        guard let target, let targetText else { throw .invalidUTF8 }
        return (targetText, target, targetText.utf8.count)
    }
}
