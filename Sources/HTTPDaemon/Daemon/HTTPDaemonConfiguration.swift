/// How a daemon listens and what it allows.
public struct HTTPDaemonConfiguration: Sendable {
    /// Where it listens.
    public var listening: ListeningPlace
    /// Whether an address that other machines can reach is refused.
    public var loopbackOnly: Bool
    /// TLS with this certificate; plain HTTP where there is none.
    public var certificate: TLSCertificate?
    /// Threads that serve connections.
    public var threads: Int
    /// Threads that run `.background` handlers.
    public var backgroundThreads: Int
    /// Threads that run `.heavy` handlers.
    public var heavyThreads: Int
    /// How many connections, and how slow.
    public var limits: ConnectionLimits
    /// Memory for the line and the headers of one request, in bytes; more is 431, or 414 for the line.
    public var headerMemory: Int
    /// Bytes of a refused body that are still read, so that the client sees the answer and not a broken connection.
    public var dropLimit: Int
    /// Makes the response to a request that no handler could answer; the head is nil for a malformed one.
    public var fault: @Sendable (RequestFault, HTTPRequestHead?) -> HTTPResponse
    /// Hears of every request when it is over, on the thread of its connection: it must not block.
    public var observe: @Sendable (RequestSummary) -> Void

    /// A configuration; the defaults fit a small server.
    public init(
        listening: ListeningPlace = .address(host: "127.0.0.1", port: 8080), loopbackOnly: Bool = false,
        certificate: TLSCertificate? = nil, threads: Int = 2, backgroundThreads: Int = 4, heavyThreads: Int = 4,
        limits: ConnectionLimits = ConnectionLimits(),
        headerMemory: Int = 32 << 10, dropLimit: Int = 16 << 20,
        fault: @escaping @Sendable (RequestFault, HTTPRequestHead?) -> HTTPResponse = { fault, _ in
            HTTPResponse(status: fault.status)
        },
        observe: @escaping @Sendable (RequestSummary) -> Void = { _ in }
    ) {
        self.listening = listening
        self.loopbackOnly = loopbackOnly
        self.certificate = certificate
        self.threads = threads
        self.backgroundThreads = backgroundThreads
        self.heavyThreads = heavyThreads
        self.limits = limits
        self.headerMemory = headerMemory
        self.dropLimit = dropLimit
        self.fault = fault
        self.observe = observe
    }
}

/// Where a daemon listens.
public enum ListeningPlace: Sendable, Equatable {
    /// A name or a numeric IPv4 or IPv6 address; `::` listens on all addresses of both kinds. Port 0 lets the system
    /// choose: `HTTPDaemon.port` tells.
    case address(host: String, port: Int)
    /// A socket that listens already and belongs to whoever started the process; the daemon closes its descriptor at the
    /// stop. Connections are not refused then: they wait for the next process that is handed the socket.
    case inherited(descriptor: Int32)
}

/// Why a daemon does not start.
public enum HTTPDaemonError: Error, Sendable, Equatable, CustomStringConvertible {
    case invalidConfiguration(String)
    case unknownHost(String, reason: String)
    case portInUse(host: String, port: Int)
    /// The address is not one of this machine alone, as the configuration wants it.
    case notLoopback(host: String)
    /// The address cannot be listened on: no right to the port, or not an address of this machine.
    case cannotListen(host: String, port: Int, reason: SystemError)
    /// The inherited descriptor is not one of a TCP socket that listens.
    case notListening(descriptor: Int32)
    case cannotStart(reason: SystemError)

    /// One sentence for the operator.
    public var description: String {
        switch self {
        case .invalidConfiguration(let reason): reason
        case .unknownHost(let host, let reason): "host \(host): \(reason)"
        case .portInUse(let host, let port): "port \(port) of \(host) is in use"
        case .notLoopback(let host): "\(host) is not a loopback address"
        case .cannotListen(let host, let port, let reason): "cannot listen on port \(port) of \(host): \(reason)"
        case .notListening(let descriptor): "descriptor \(descriptor) is not a TCP socket that listens"
        case .cannotStart(let reason): "the HTTP daemon does not start: \(reason)"
        }
    }
}
