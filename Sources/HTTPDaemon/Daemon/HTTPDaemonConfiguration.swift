/// How a daemon listens and what it allows.
public struct HTTPDaemonConfiguration: Sendable {
    /// A name or a numeric IPv4 or IPv6 address; `::` listens on all addresses of both kinds.
    public var host: String
    /// 0 lets the system choose: `HTTPDaemon.port` tells.
    public var port: Int
    /// Threads that serve connections.
    public var threads: Int
    /// Threads that run `.background` handlers.
    public var backgroundThreads: Int
    /// Threads that run `.heavy` handlers.
    public var heavyThreads: Int
    /// Connections at a time, over all threads; more wait in the listening queue.
    public var connectionLimit: Int
    /// How long a connection may neither send nor receive; whole seconds.
    public var idleTimeout: Duration
    /// Memory for the headers of one request, in bytes; more is 431.
    public var headerMemory: Int
    /// Bytes of a refused body that are still read, so that the client sees the answer and not a broken connection.
    public var dropLimit: Int
    /// Makes the response to a request that no handler could answer; the head is nil for a malformed one.
    public var fault: @Sendable (RequestFault, HTTPRequestHead?) -> HTTPResponse
    /// Hears of every request when it is over, on the thread of its connection: it must not block.
    public var observe: @Sendable (RequestSummary) -> Void

    /// A configuration; the defaults fit a small server.
    public init(
        host: String = "127.0.0.1", port: Int = 8080, threads: Int = 2, backgroundThreads: Int = 4,
        heavyThreads: Int = 4,
        connectionLimit: Int = 1024, idleTimeout: Duration = .seconds(60), headerMemory: Int = 32 << 10,
        dropLimit: Int = 16 << 20,
        fault: @escaping @Sendable (RequestFault, HTTPRequestHead?) -> HTTPResponse = { fault, _ in
            HTTPResponse(status: fault.status)
        },
        observe: @escaping @Sendable (RequestSummary) -> Void = { _ in }
    ) {
        self.host = host
        self.port = port
        self.threads = threads
        self.backgroundThreads = backgroundThreads
        self.heavyThreads = heavyThreads
        self.connectionLimit = connectionLimit
        self.idleTimeout = idleTimeout
        self.headerMemory = headerMemory
        self.dropLimit = dropLimit
        self.fault = fault
        self.observe = observe
    }
}

/// Why a daemon does not start.
public enum HTTPDaemonError: Error, Sendable, Equatable, CustomStringConvertible {
    case invalidConfiguration(String)
    case unknownHost(String, reason: String)
    case portInUse(host: String, port: Int)
    /// The address cannot be listened on: no right to the port, or not an address of this machine.
    case cannotListen(host: String, port: Int, reason: SystemError)
    case cannotStart(reason: SystemError)

    /// One sentence for the operator.
    public var description: String {
        switch self {
        case .invalidConfiguration(let reason): reason
        case .unknownHost(let host, let reason): "host \(host): \(reason)"
        case .portInUse(let host, let port): "port \(port) of \(host) is in use"
        case .cannotListen(let host, let port, let reason): "cannot listen on port \(port) of \(host): \(reason)"
        case .cannotStart(let reason): "the HTTP daemon does not start: \(reason)"
        }
    }
}
