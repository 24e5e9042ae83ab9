import Glibc
import Synchronization

/// An HTTP/1.1 server on libmicrohttpd. It listens from `init` to `stop`.
public final class HTTPDaemon: Sendable {
    /// The host it listens on: as the configuration says it, or the address of an inherited socket.
    public let host: String
    /// The port it listens on; the one the system chose where the configuration says 0.
    public let port: Int
    /// Whether only this machine reaches it.
    public let isLocal: Bool

    /// See `load`.
    public struct Load: Sendable {
        /// That are open.
        public let connections: Int
        /// That are not over.
        public let requests: Int
        /// Bodies that are pushed to clients.
        public let streams: Int
        /// Connections that were too many.
        public let refusedConnections: Int
        /// Connections that ended because their clients were too slow, or gone.
        public let cutConnections: Int
    }

    private struct Running {
        let threads: [ServingThread]
        let acceptor: Acceptor
        let admission: Admission
        let watch: ConnectionWatch
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
        try Self.check(configuration)
        let listening = try ListeningSocket(configuration.listening)
        (host, port, isLocal) = (listening.host, listening.port, listening.isLocal)
        guard isLocal || !configuration.loopbackOnly else { throw .notLoopback(host: listening.host) }
        do throws(SystemError) {
            core = try DaemonCore(configuration: configuration, route: route)
        } catch {
            throw .cannotStart(reason: error)
        }
        signal(SIGPIPE, SIG_IGN)

        do throws(SystemError) {
            running = Mutex(try Self.serve(core, listening))
        } catch {
            core.close()
            throw .cannotStart(reason: error)
        }
    }

    deinit {
        stop(grace: .zero)
    }

    /// What goes on now, and what has been turned away since the start.
    public var load: Load {
        Load(
            connections: core.connections.count, requests: core.traffic.withLock { $0.active },
            streams: core.liveStreams.load(ordering: .relaxed),
            refusedConnections: core.connections.refused.load(ordering: .relaxed),
            cutConnections: core.connections.cut.load(ordering: .relaxed))
    }

    /// The certificate of connections that are opened from now on; those that are open keep theirs. Without effect where
    /// there is no TLS.
    public func replaceCertificate(_ certificate: TLSCertificate) {
        core.certificate.withLock { if $0 != nil { $0 = certificate } }
    }

    /// Stops accepting connections, ends live bodies and deferred answers as if their time were up, serves the requests that
    /// are there or on their way for at most `grace`, closing each connection after its answer, answers those that still
    /// wait for a background handler with the response to `RequestFault.stopping`, and cuts the rest. Connections that have
    /// been used and have no request do not hold it up. A second call does nothing.
    /// - Returns: how many requests did not get their own answer.
    @discardableResult
    public func stop(grace: Duration) -> Int {
        let taken = running.withLock { running in
            defer { running = nil }
            return running
        }
        guard let taken else { return 0 }

        core.isDraining.store(true, ordering: .releasing)
        taken.acceptor.close()
        taken.listening.refuseConnections()
        for waiting in core.traffic.withLock({ $0.waiting }) { waiting.drain() }
        drain(atMost: grace)

        core.pool.close()
        core.heavyPool.close()
        let late = core.traffic.withLock { $0.close() }
        for exchange in late.suspended { exchange.abandon() }
        if !late.suspended.isEmpty { awaitIdle(atMost: .seconds(1)) }
        taken.watch.close()
        // None of their connections is suspended any more, see Traffic.close.
        for thread in taken.threads { thread.stop() }
        taken.admission.close()
        core.close()
        return late.active
    }

    private func drain(atMost grace: Duration) {
        let end = ContinuousClock.now + grace
        while true {
            awaitIdle(atMost: max(.zero, end - .now))
            // A client whose connection was just accepted has been let in and must not find it closed.
            guard .now < end, core.connections.hasFresh(within: Self.freshness) else { return }
            usleep(5_000)
        }
    }

    private static let freshness = Duration.milliseconds(250)

    private func awaitIdle(atMost limit: Duration) {
        _ = core.traffic.wait(atMost: limit) { $0.active == 0 ? true : nil }
    }

    private static func serve(_ core: DaemonCore, _ listening: ListeningSocket) throws(SystemError) -> Running {
        let limits = core.configuration.limits
        let watch = try ConnectionWatch(core.connections, limits, refusal: core.refusal(.requestTimeout))
        var threads: [ServingThread] = []
        do throws(SystemError) {
            for _ in 0..<core.configuration.threads { threads.append(try ServingThread(core: core)) }
            let admission = Admission(
                core.connections, threads: threads, limits: limits, refusal: core.refusal(.tooManyConnections))
            let acceptor = try Acceptor(listening: listening, admission: admission)
            return Running(
                threads: threads, acceptor: acceptor, admission: admission, watch: watch, listening: listening)
        } catch {
            for thread in threads { thread.stop() }
            watch.close()
            throw error
        }
    }

    private static func check(_ configuration: HTTPDaemonConfiguration) throws(HTTPDaemonError) {
        guard configuration.threads > 0, configuration.backgroundThreads > 0, configuration.heavyThreads > 0,
            configuration.headerMemory >= 1024, configuration.dropLimit >= 0, configuration.limits.areReasonable
        else {
            throw .invalidConfiguration(
                "threads, connection limits, deadlines and header memory must be positive and reasonable")
        }
    }
}
