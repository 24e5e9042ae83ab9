import Glibc

/// Reads on for a while from clients that were answered while they may still be sending. A socket closed with unread bytes
/// is reset, and the reset can overtake the answer on its way: the client would see a broken connection, not a 413.
final class LingeringClose: Sendable {
    private struct Socket {
        let descriptor: Int32
        let deadline: ContinuousClock.Instant
        var budget: Int
    }

    private struct State {
        /// Not yet seen by the thread.
        var arrived: [Socket] = []
        var count = 0
        var isRunning = false
        var isClosed = false
    }

    private let state = Monitor(State())
    private let most: Int
    private let budget: Int

    /// - Parameters:
    ///   - most: connections at a time.
    ///   - budget: bytes read from one client at most.
    init(most: Int, budget: Int) {
        self.most = most
        self.budget = budget
    }

    /// Keeps the connection open behind the back of the owner of `descriptor`, who has shut down its sending side and
    /// is about to close it. The descriptor never blocks.
    func keep(_ descriptor: Int32) {
        let copy = fcntl(descriptor, F_DUPFD_CLOEXEC, 0)
        // Too many descriptors: the client may see a reset. There is nothing better to give it.
        guard copy >= 0 else { return }
        take(copy, for: .seconds(5))
    }

    /// Whether another would be closed at once.
    var isFull: Bool { state.withLock { $0.count >= most } }

    /// Closes the connection, whose sending side has been shut down, when the client has sent all or after `patience`.
    func take(_ descriptor: Int32, for patience: Duration) {
        let socket = Socket(descriptor: descriptor, deadline: .now + patience, budget: budget)
        let (isTaken, mustStart) = state.withLock { state in
            guard !state.isClosed, state.count < most else { return (false, false) }
            state.arrived.append(socket)
            state.count += 1
            defer { state.isRunning = true }
            return (true, !state.isRunning)
        }
        if !isTaken { Glibc.close(descriptor) }
        guard mustStart else { return }
        do throws(SystemError) {
            try startThread { [state] in Self.work(on: state) }
        } catch {
            Self.closeArrived(state)
        }
    }

    /// Closes all that linger, and returns when they are closed.
    func close() {
        state.withLock { $0.isClosed = true }
        state.wait { $0.isRunning ? nil : () }
    }

    /// Ends when nothing lingers, so that an idle daemon has no thread for it.
    private static func work(on state: Monitor<State>) {
        var sockets: [Socket] = []
        while true {
            let isClosed = state.withLock { state in
                sockets += state.arrived
                state.arrived = []
                state.count = sockets.count
                state.isRunning = !sockets.isEmpty
                return state.isClosed
            }
            if sockets.isEmpty { return }
            wait(for: sockets)
            let now = ContinuousClock.now
            sockets = sockets.compactMap { socket in
                var socket = socket
                if !isClosed && now < socket.deadline && drain(&socket) { return socket }
                Glibc.close(socket.descriptor)
                return nil
            }
        }
    }

    private static func wait(for sockets: [Socket]) {
        var polled = sockets.map { pollfd(fd: $0.descriptor, events: Int16(POLLIN), revents: 0) }
        // Short, because sockets that arrive meanwhile are not in the set. Interrupted or not, all are tried next.
        poll(&polled, nfds_t(polled.count), 50)
    }

    /// Returns whether the client may send more.
    private static func drain(_ socket: inout Socket) -> Bool {
        withUnsafeTemporaryAllocation(byteCount: 64 << 10, alignment: 16) { buffer in
            while socket.budget > 0 {
                let count = retryingInterrupted {
                    read(socket.descriptor, buffer.baseAddress, buffer.count)
                }
                if count < 0 { return errno == EAGAIN }
                if count == 0 { return false }
                socket.budget -= count
            }
            return false
        }
    }

    private static func closeArrived(_ state: Monitor<State>) {
        let sockets = state.withLock { state in
            defer { state = State(isClosed: state.isClosed) }
            return state.arrived
        }
        for socket in sockets { Glibc.close(socket.descriptor) }
    }
}
