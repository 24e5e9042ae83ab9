import CMicroHTTPD
import Glibc
import Synchronization

/// An HTTP/1.1 server on libmicrohttpd. It listens from `init` to `stop`.
public final class HTTPDaemon: Sendable {
    /// The port it listens on; the one the system chose where the configuration says 0.
    public let port: Int

    // Unchecked: a daemon's handle may be used from any thread; it is taken out under a lock, by one `stop` only.
    private struct Running: @unchecked Sendable {
        let daemon: OpaquePointer
        let listening: ListeningSocket
    }

    private let core: DaemonCore
    private let running: Mutex<Running?>

    /// Listens and serves.
    ///
    /// SIGPIPE is ignored from here on, in the whole process: a client that goes away must not end it.
    /// - Parameter route: called for every well-formed request, on the thread of its connection: it must not block.
    public init(
        configuration: HTTPDaemonConfiguration, route: @escaping @Sendable (HTTPRequestHead) -> RequestDecision
    ) throws(HTTPDaemonError) {
        var limits = try Self.limits(configuration)
        let listening = try ListeningSocket(host: configuration.host, port: configuration.port)
        port = listening.port
        do throws(SystemError) {
            core = try DaemonCore(configuration: configuration, route: route)
        } catch {
            throw .cannotStart(reason: error)
        }
        signal(SIGPIPE, SIG_IGN)

        var callbacks = espalier_mhd_callbacks(
            access: handleRequest, completed: requestCompleted, connection: connectionChanged, target: targetReceived,
            unescape: leaveEscaped, context: Unmanaged.passUnretained(core).toOpaque())
        // A copy, because libmicrohttpd closes the descriptor in some of the cases in which it does not start: this
        // may leave one open then, but never closes another's.
        limits.listening_socket = fcntl(listening.descriptor, F_DUPFD_CLOEXEC, 0)
        guard limits.listening_socket >= 0, let daemon = espalier_mhd_start(&callbacks, &limits) else {
            let reason = SystemError(call: "MHD_start_daemon", path: configuration.host)
            core.close()
            throw .cannotStart(reason: reason)
        }
        running = Mutex(Running(daemon: daemon, listening: listening))
    }

    deinit {
        stop(grace: .zero)
    }

    /// What is open now: connections, requests that are not over, and bodies that are pushed to clients.
    public var load: (connections: Int, requests: Int, streams: Int) {
        (
            core.openConnections.load(ordering: .relaxed), core.traffic.withLock { $0.active },
            core.liveStreams.load(ordering: .relaxed)
        )
    }

    /// Stops accepting connections, ends live bodies and deferred answers as if their time were up, lets requests in
    /// flight finish for at most `grace`, answers those that still wait for a background handler with the response to
    /// `RequestFault.stopping`, and cuts the rest. Connections without a
    /// request do not hold it up. A second call does nothing.
    /// - Returns: how many requests did not get their own answer.
    @discardableResult
    public func stop(grace: Duration) -> Int {
        let taken = running.withLock { running in
            defer { running = nil }
            return running
        }
        guard let taken else { return 0 }

        core.isDraining.store(true, ordering: .releasing)
        // libmicrohttpd's threads may look at the descriptor until they have ended, so it is closed last.
        let descriptor = MHD_quiesce_daemon(taken.daemon)
        taken.listening.refuseConnections()
        for waiting in core.traffic.withLock({ $0.waiting }) { waiting.drain() }
        awaitIdle(atMost: grace)

        core.pool.close()
        core.heavyPool.close()
        let late = core.traffic.withLock { $0.close() }
        for exchange in late.suspended { exchange.abandon() }
        if !late.suspended.isEmpty { awaitIdle(atMost: .seconds(1)) }
        // It aborts the process where a connection is suspended: there is none any more, see Traffic.close.
        MHD_stop_daemon(taken.daemon)
        close(descriptor)
        core.close()
        return late.active
    }

    private func awaitIdle(atMost limit: Duration) {
        _ = core.traffic.wait(atMost: limit) { $0.active == 0 ? true : nil }
    }

    private static func limits(_ configuration: HTTPDaemonConfiguration) throws(HTTPDaemonError) -> espalier_mhd_limits
    {
        let seconds = configuration.idleTimeout.components.seconds
        guard configuration.threads > 0, configuration.backgroundThreads > 0, configuration.heavyThreads > 0,
            configuration.connectionLimit >= configuration.threads, configuration.headerMemory >= 1024,
            configuration.dropLimit >= 0, seconds > 0,
            let threads = UInt32(exactly: configuration.threads),
            let connections = UInt32(exactly: configuration.connectionLimit), let idle = UInt32(exactly: seconds)
        else {
            throw .invalidConfiguration(
                "threads, connection limit, idle timeout and header memory must be positive and reasonable")
        }
        return espalier_mhd_limits(
            listening_socket: -1, threads: threads, connections: connections, idle_seconds: idle,
            connection_memory: configuration.headerMemory)
    }
}
