import Glibc
import Synchronization

/// An HTTP/1.1 server on libmicrohttpd. It listens from `init` to `stop`.
public final class HTTPDaemon: Sendable {
    /// The port it listens on; the one the system chose where the configuration says 0.
    public let port: Int

    private struct Running {
        let threads: [ServingThread]
        let acceptor: Acceptor
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
        let listening = try ListeningSocket(host: configuration.host, port: configuration.port)
        port = listening.port
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

    /// What is open now: connections, requests that are not over, and bodies that are pushed to clients.
    public var load: (connections: Int, requests: Int, streams: Int) {
        (
            core.connections.count, core.traffic.withLock { $0.active },
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
        taken.acceptor.close()
        taken.listening.refuseConnections()
        for waiting in core.traffic.withLock({ $0.waiting }) { waiting.drain() }
        awaitIdle(atMost: grace)

        core.pool.close()
        core.heavyPool.close()
        let late = core.traffic.withLock { $0.close() }
        for exchange in late.suspended { exchange.abandon() }
        if !late.suspended.isEmpty { awaitIdle(atMost: .seconds(1)) }
        // None of their connections is suspended any more, see Traffic.close.
        for thread in taken.threads { thread.stop() }
        core.close()
        return late.active
    }

    private func awaitIdle(atMost limit: Duration) {
        _ = core.traffic.wait(atMost: limit) { $0.active == 0 ? true : nil }
    }

    private static func serve(_ core: DaemonCore, _ listening: ListeningSocket) throws(SystemError) -> Running {
        var threads: [ServingThread] = []
        do throws(SystemError) {
            for _ in 0..<core.configuration.threads { threads.append(try ServingThread(core: core)) }
            let acceptor = try Acceptor(listening: listening) { [threads] descriptor, address in
                let socket = core.connections.add(descriptor, address)
                if !threads[socket.thread].add(descriptor, address) { core.connections.remove(descriptor) }
                return core.connections.hasRoom
            }
            return Running(threads: threads, acceptor: acceptor, listening: listening)
        } catch {
            for thread in threads { thread.stop() }
            throw error
        }
    }

    private static func check(_ configuration: HTTPDaemonConfiguration) throws(HTTPDaemonError) {
        guard configuration.threads > 0, configuration.backgroundThreads > 0, configuration.heavyThreads > 0,
            configuration.connectionLimit > 0, configuration.headerMemory >= 1024, configuration.dropLimit >= 0,
            (1...Int64(Int32.max)).contains(configuration.idleTimeout.components.seconds)
        else {
            throw .invalidConfiguration(
                "threads, connection limit, idle timeout and header memory must be positive and reasonable")
        }
    }
}
