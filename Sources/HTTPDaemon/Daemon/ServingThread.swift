import CMicroHTTPD
import Glibc

/// The owner of one libmicrohttpd daemon: a thread that serves the connections which it is handed. libmicrohttpd does not
/// listen: where several of its threads share a listening socket, one that stops looking at it while MHD_quiesce_daemon
/// does the same aborts the process. Nor does it have a pool of threads: that would deal connections out by the parity of
/// their descriptors.
// Unchecked: MHD_add_connection and MHD_stop_daemon may be called from any thread; the acceptor alone adds, and `stop` is
// called after it has ended, once.
final class ServingThread: @unchecked Sendable {
    private let daemon: OpaquePointer

    /// - Parameter core: kept by the caller until this is stopped.
    init(core: DaemonCore) throws(SystemError) {
        let configuration = core.configuration
        var callbacks = espalier_mhd_callbacks(
            access: handleRequest, completed: requestCompleted, connection: connectionChanged, target: targetReceived,
            unescape: leaveEscaped, context: Unmanaged.passUnretained(core).toOpaque())
        // Connections are counted before they come here. libmicrohttpd must never find that there are too many: it would
        // go on with its lock held.
        var limits = espalier_mhd_limits(
            connections: UInt32(Int32.max), idle_seconds: UInt32(configuration.idleTimeout.components.seconds),
            connection_memory: configuration.headerMemory)
        guard let daemon = espalier_mhd_start(&callbacks, &limits) else {
            throw SystemError(call: "MHD_start_daemon", path: "")
        }
        self.daemon = daemon
    }

    /// Serves the connection, whose descriptor is given away. Returns false where that is not possible and it was closed.
    func add(_ descriptor: Int32, _ address: SocketAddress) -> Bool {
        address.withPointer { MHD_add_connection(daemon, descriptor, $0, $1) == .YES }
    }

    /// Cuts all connections and ends. No connection may be suspended: that would abort the process.
    func stop() {
        MHD_stop_daemon(daemon)
    }
}
