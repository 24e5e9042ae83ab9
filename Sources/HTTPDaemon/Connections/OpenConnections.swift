import Synchronization

/// The connections that are served, by their descriptors: how many, of whom, how spread over the threads, and how their
/// clients keep up.
final class OpenConnections: Sendable {
    struct Connection {
        let socket: ClientSocket
        var pace: ClientPace
        /// How often the client was seen to have closed its side.
        var endsSeen = 0
    }

    enum Decision {
        case admitted(ClientSocket)
        case refused
    }

    private struct State {
        var connections: [Int32: Connection] = [:]
        var loads: [Int]
        var clients: [ClientNetwork: Int] = [:]
        var watch: WakeDescriptor?

        mutating func remove(_ descriptor: Int32) {
            guard let socket = connections.removeValue(forKey: descriptor)?.socket else { return }
            loads[socket.thread] -= 1
            if let client = socket.client, let count = clients[client] {
                clients[client] = count == 1 ? nil : count - 1
            }
        }
    }

    /// Connections that were too many.
    let refused = Atomic(0)
    /// Connections whose clients were too slow.
    let cut = Atomic(0)
    private let state: Mutex<State>
    private let limits: ConnectionLimits

    init(threads: Int, limits: ConnectionLimits) {
        state = Mutex(State(loads: Array(repeating: 0, count: threads)))
        self.limits = limits
    }

    /// From here on tells `watch` when there is something to look at; nobody where it is nil.
    func tell(_ watch: WakeDescriptor?) {
        state.withLock { $0.watch = watch }
    }

    /// Takes in an accepted connection, for the thread with the fewest, unless there are too many.
    func add(_ descriptor: Int32, _ address: SocketAddress) -> Decision {
        let decision = decide(descriptor, address)
        if case .refused = decision { refused.wrappingAdd(1, ordering: .relaxed) }
        return decision
    }

    private func decide(_ descriptor: Int32, _ address: SocketAddress) -> Decision {
        state.withLock { state in
            // One that libmicrohttpd closed for a lack of memory was never told of.
            state.remove(descriptor)
            guard state.connections.count < limits.connections else { return .refused }
            let thread = state.loads.indices.min { state.loads[$0] < state.loads[$1] } ?? 0
            let socket = ClientSocket(descriptor: descriptor, address: address, thread: thread)
            if let client = socket.client {
                let count = state.clients[client] ?? 0
                if let most = limits.connectionsPerClient, count >= most { return .refused }
                state.clients[client] = count + 1
            }
            state.connections[descriptor] = Connection(socket: socket, pace: ClientPace(now: .now))
            state.loads[thread] += 1
            if state.connections.count == 1 { state.watch?.wake() }
            return .admitted(socket)
        }
    }

    /// A connection is about to be closed: its descriptor may soon be another's.
    func remove(_ descriptor: Int32) {
        state.withLock { $0.remove(descriptor) }
    }

    /// The connection with this descriptor.
    subscript(descriptor: Int32) -> ClientSocket? {
        state.withLock { $0.connections[descriptor]?.socket }
    }

    var isEmpty: Bool { state.withLock { $0.connections.isEmpty } }

    var count: Int { state.withLock { $0.connections.count } }

    var isFull: Bool { state.withLock { $0.connections.count >= limits.connections } }

    /// Whether a connection has been opened so recently that its first request may be on its way.
    func hasFresh(within age: Duration) -> Bool {
        let now = ContinuousClock.now
        return state.withLock { state in
            state.connections.values.contains { $0.socket.isFresh(at: now, within: age) }
        }
    }

    /// Gives `body` the connections, some at a time, so that none waits long to be closed. While `body` has them their
    /// descriptors stay theirs.
    func visit(_ body: (inout [Connection]) -> Void) {
        var rest = state.withLock { Array($0.connections.keys) }[...]
        while !rest.isEmpty {
            let some = rest.prefix(Self.visited)
            rest = rest.dropFirst(Self.visited)
            state.withLock { state in
                var connections = some.compactMap { state.connections[$0] }
                body(&connections)
                for connection in connections { state.connections[connection.socket.descriptor] = connection }
            }
        }
    }

    private static let visited = 64
}
