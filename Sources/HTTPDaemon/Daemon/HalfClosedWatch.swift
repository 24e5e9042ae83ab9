import Glibc

/// Looks after connections whose client has closed its side. libmicrohttpd reads until it gets less than it asked for
/// and then waits for the next edge of epoll: an end that came along with the last bytes is in none, and the connection
/// would stay until the idle timeout. A shutdown makes one more edge. Looking from outside, now and then, spares every
/// request a system call of its own.
final class HalfClosedWatch: Sendable {
    private struct State {
        /// Open connections' sockets whose clients had not closed their side at the last look.
        var sockets: Set<Int32> = []
        var isClosed = false
        var hasThread = false
    }

    private let state = Monitor(State())

    /// - Throws: `SystemError` where a thread cannot be made.
    init() throws(SystemError) {
        state.withLock { $0.hasThread = true }
        try startThread { [state] in Self.work(on: state) }
    }

    /// A connection was opened.
    func add(_ descriptor: Int32) {
        state.withLock { _ = $0.sockets.insert(descriptor) }
    }

    /// A connection is about to be closed: its descriptor may soon be another's.
    func remove(_ descriptor: Int32) {
        state.withLock { _ = $0.sockets.remove(descriptor) }
    }

    /// Returns when no socket is touched any more.
    func close() {
        state.withLock { $0.isClosed = true }
        state.wait { $0.hasThread ? nil : () }
    }

    private static func work(on state: Monitor<State>) {
        while true {
            let isClosed = state.wait { $0.isClosed ? true : $0.sockets.isEmpty ? nil : false }
            if isClosed || state.wait(atMost: interval, { $0.isClosed ? true : nil }) == true { break }
            // Under the lock, since a descriptor must not become another's meanwhile; nothing here waits.
            state.withLock { state in
                for descriptor in halfClosed(state.sockets) {
                    shutdown(descriptor, Int32(SHUT_RD))
                    state.sockets.remove(descriptor)
                }
            }
        }
        state.withLock { $0.hasThread = false }
    }

    private static func halfClosed(_ sockets: Set<Int32>) -> [Int32] {
        // POLLRDHUP of poll(2), which the system's headers show to GNU programs only.
        let ended: Int16 = 0x2000
        var polled = sockets.map { pollfd(fd: $0, events: ended, revents: 0) }
        guard poll(&polled, nfds_t(polled.count), 0) > 0 else { return [] }
        return polled.filter { $0.revents & ended != 0 }.map(\.fd)
    }

    private static let interval = Duration.milliseconds(100)
}
