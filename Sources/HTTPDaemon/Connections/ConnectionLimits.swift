/// How many connections are taken, and how slow a client may be.
public struct ConnectionLimits: Sendable {
    /// Connections served at a time; one more is answered 503 and closed.
    public var connections = 1024
    /// Connections served at a time from one client: an IPv4 address, or the /64 of an IPv6 address. Nil for no such limit.
    public var connectionsPerClient: Int?
    /// Connections that are being turned away at a time; while there are more, others wait in the listening queue.
    public var refusals = 256
    /// How long a request's line and headers may take from the moment the connection is accepted or, on one that has been
    /// used, from their first bytes.
    public var headTimeout = Duration.seconds(10)
    /// How long a connection may neither send nor receive; whole seconds. One on which an answer is only to come later does
    /// not count as idle.
    public var idleTimeout = Duration.seconds(60)
    /// The least of a body that must arrive in each `receiveWindow`, in bytes per second.
    public var receiveRate = 500
    /// The time over which that is measured.
    public var receiveWindow = Duration.seconds(10)
    /// The least of an answer that the client must have taken in each `sendWindow`, as long as something waits for it; in
    /// bytes per second.
    public var sendRate = 500
    /// The time over which that is measured. A network that comes back within it breaks no stream.
    public var sendWindow = Duration.seconds(30)

    /// The defaults, which fit a small server.
    public init() {}

    /// Fewer than these cannot work.
    var areReasonable: Bool {
        connections > 0 && (connectionsPerClient ?? 1) > 0 && refusals > 0 && headTimeout > .zero
            && receiveWindow > .zero
            && sendWindow > .zero && receiveRate >= 0 && sendRate >= 0
            && (1...Int64(Int32.max)).contains(idleTimeout.components.seconds)
    }
}
