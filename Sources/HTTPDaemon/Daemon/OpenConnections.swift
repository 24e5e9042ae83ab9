import Synchronization

/// The connections that are served, by their descriptors, and how they are spread over the threads.
final class OpenConnections: Sendable {
    private struct State {
        var sockets: [Int32: ClientSocket] = [:]
        var loads: [Int]

        mutating func remove(_ descriptor: Int32) {
            guard let socket = sockets.removeValue(forKey: descriptor) else { return }
            loads[socket.thread] -= 1
        }
    }

    private let state: Mutex<State>
    private let limit: Int

    /// - Parameter limit: connections over all threads.
    init(threads: Int, limit: Int) {
        state = Mutex(State(loads: Array(repeating: 0, count: threads)))
        self.limit = limit
    }

    /// Takes in an accepted connection, for the thread with the fewest.
    func add(_ descriptor: Int32, _ address: SocketAddress) -> ClientSocket {
        let peerAddress = address.text
        return state.withLock { state in
            // One that libmicrohttpd closed for a lack of memory was never told of.
            state.remove(descriptor)
            let thread = state.loads.indices.min { state.loads[$0] < state.loads[$1] } ?? 0
            let socket = ClientSocket(descriptor: descriptor, peerAddress: peerAddress, thread: thread)
            state.sockets[descriptor] = socket
            state.loads[thread] += 1
            return socket
        }
    }

    /// A connection is about to be closed: its descriptor may soon be another's.
    func remove(_ descriptor: Int32) {
        state.withLock { $0.remove(descriptor) }
    }

    /// The connection with this descriptor.
    subscript(descriptor: Int32) -> ClientSocket? {
        state.withLock { $0.sockets[descriptor] }
    }

    /// All that are open.
    var count: Int { state.withLock { $0.sockets.count } }

    var hasRoom: Bool { state.withLock { $0.sockets.count < limit } }
}
