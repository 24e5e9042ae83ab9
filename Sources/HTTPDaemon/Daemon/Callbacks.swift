import CMicroHTTPD
import Glibc

// The C side of the daemon. Each function recovers the object and calls one method; the context is the DaemonCore,
// which HTTPDaemon keeps until the threads that call here have ended.

private func core(_ context: UnsafeMutableRawPointer) -> DaemonCore {
    Unmanaged<DaemonCore>.fromOpaque(context).takeUnretainedValue()
}

/// MHD_AccessHandlerCallback. The exchange is retained at the first call of a request; `requestCompleted` releases it.
func handleRequest(
    _ context: UnsafeMutableRawPointer?, _ connection: OpaquePointer?, _: UnsafePointer<CChar>?,
    _ method: UnsafePointer<CChar>?, _ version: UnsafePointer<CChar>?, _ upload: UnsafePointer<CChar>?,
    _ uploadSize: UnsafeMutablePointer<Int>?, _ slot: UnsafeMutablePointer<UnsafeMutableRawPointer?>?
) -> MHD_Result {
    guard let context, let connection, let method, let version, let uploadSize, let slot else { return .NO }
    guard let retained = slot.pointee else {
        let exchange = Exchange(core: core(context), connection: ClientConnection(connection))
        slot.pointee = Unmanaged.passRetained(exchange).toOpaque()
        core(context).traffic.withLock { $0.begin() }
        return exchange.begin(method: method, version: version) ? .YES : .NO
    }
    let exchange = Unmanaged<Exchange>.fromOpaque(retained).takeUnretainedValue()
    guard uploadSize.pointee > 0 else { return exchange.proceed() ? .YES : .NO }
    let piece = UnsafeRawBufferPointer(start: upload, count: uploadSize.pointee)
    uploadSize.pointee = 0
    return exchange.receive(piece) ? .YES : .NO
}

/// MHD_RequestCompletedCallback. Balances the retain of `handleRequest`; a request whose headers were never complete
/// has none.
func requestCompleted(
    _ context: UnsafeMutableRawPointer?, _: OpaquePointer?,
    _ slot: UnsafeMutablePointer<UnsafeMutableRawPointer?>?, _ code: MHD_RequestTerminationCode
) {
    guard let context, let slot, let retained = slot.pointee else { return }
    slot.pointee = nil
    let exchange = Unmanaged<Exchange>.fromOpaque(retained).takeRetainedValue()
    exchange.complete(isSent: code == .REQUEST_TERMINATED_COMPLETED_OK)
    core(context).traffic.withLock { $0.end(exchange) }
}

/// MHD_NotifyConnectionCallback. Retains the socket's object when it is opened, releases it before it is closed.
func connectionChanged(
    _ context: UnsafeMutableRawPointer?, _ connection: OpaquePointer?,
    _ slot: UnsafeMutablePointer<UnsafeMutableRawPointer?>?, _ event: MHD_ConnectionNotificationCode
) {
    guard let context, let connection, let slot else { return }
    let descriptor = ClientConnection(connection).descriptor
    switch event {
    case .CONNECTION_NOTIFY_STARTED:
        guard let socket = core(context).connections[descriptor] else { return }
        slot.pointee = Unmanaged.passRetained(socket).toOpaque()
        socket.certificate = core(context).certificate.withLock { $0 }
        socket.certificate?.install(in: connection)
    case .CONNECTION_NOTIFY_CLOSED:
        core(context).connections.remove(descriptor)
        guard let retained = slot.pointee else { return }
        slot.pointee = nil
        let socket = Unmanaged<ClientSocket>.fromOpaque(retained).takeRetainedValue()
        if socket.isToLinger { core(context).lingering.keep(descriptor) }
    @unknown default:
        return
    }
}

/// Called with the raw target, before libmicrohttpd takes it apart. Returns what the first handler call will find in
/// its slot.
func targetReceived(
    _: UnsafeMutableRawPointer?, _ target: UnsafePointer<CChar>?, _ connection: OpaquePointer?
) -> UnsafeMutableRawPointer? {
    guard let target, let connection else { return nil }
    ClientConnection(connection).socket?.receive(target: target)
    return nil
}

/// Leaves text encoded: libmicrohttpd would decode `%2F` before the path is split and let `%00` end it.
func leaveEscaped(
    _: UnsafeMutableRawPointer?, _: OpaquePointer?, _ text: UnsafeMutablePointer<CChar>?
) -> Int {
    text.map { strlen($0) } ?? 0
}
