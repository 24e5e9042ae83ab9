import CMicroHTTPD
import Glibc

/// Looks after the open connections from outside, now and then, so that no request pays for it: cuts those whose clients are
/// too slow, and ends those whose clients have closed their side.
///
/// The latter because libmicrohttpd reads until it gets less than it asked for and then waits for the next edge of epoll: an
/// end that came along with the last bytes is in none, and the connection would stay until the idle timeout. Each shutdown
/// makes one more edge; it may come too early, when libmicrohttpd has not yet read the last bytes or waits for an answer.
final class ConnectionWatch: Sendable {
    private enum Phase {
        case running, closing, ended
    }

    private let connections: OpenConnections
    private let wake: WakeDescriptor
    private let phase = Monitor(Phase.running)

    /// - Parameter refusal: what a client that is late with its request is told; nil where nothing can be.
    /// - Throws: `SystemError` where there is no descriptor or thread for it.
    init(_ connections: OpenConnections, _ limits: ConnectionLimits, refusal: Refusal?) throws(SystemError) {
        self.connections = connections
        wake = try WakeDescriptor()
        connections.tell(wake)
        // The descriptor alone: it is closed by its owner, not some time after the thread has ended.
        let wake = wake.descriptor
        try startThread { [phase] in
            Self.work(connections, limits, refusal, wake) { phase.withLock { $0 == .running } }
            phase.withLock { $0 = .ended }
        }
    }

    /// Returns when no connection is touched any more.
    func close() {
        connections.tell(nil)
        phase.withLock { $0 = .closing }
        wake.wake()
        phase.wait { $0 == .ended ? () : nil }
    }

    private static func work(
        _ connections: OpenConnections, _ limits: ConnectionLimits, _ refusal: Refusal?, _ wake: Int32,
        while isRunning: () -> Bool
    ) {
        // Often enough that a deadline is kept to a quarter.
        let shortest = min(limits.headTimeout, limits.receiveWindow, limits.sendWindow)
        let judging = min(max(shortest / 4, .milliseconds(5)), .seconds(1))
        let looking = min(judging, .milliseconds(100))
        var judged = ContinuousClock.now
        while isRunning() {
            WakeDescriptor.wait(for: wake, atMost: connections.isEmpty ? nil : looking)
            if !isRunning() { return }
            connections.visit { endHalfClosed(&$0) }
            let now = ContinuousClock.now
            guard now - judged >= judging else { continue }
            judged = now
            connections.visit { some in
                let late = cutLate(&some, now, limits, refusal)
                connections.cut.wrappingAdd(late, ordering: .relaxed)
            }
        }
    }

    private static func endHalfClosed(_ connections: inout [OpenConnections.Connection]) {
        // POLLRDHUP of poll(2), which the system's headers show to GNU programs only.
        let ended: Int16 = 0x2000
        var polled = connections.map { pollfd(fd: $0.socket.descriptor, events: ended, revents: 0) }
        guard poll(&polled, nfds_t(polled.count), 0) > 0 else { return }
        for (place, entry) in polled.enumerated() where entry.revents & ended != 0 {
            connections[place].endsSeen += 1
            // At the first, the second, the fourth time and so on.
            let count = connections[place].endsSeen
            if count & (count - 1) == 0 { shutdown(entry.fd, Int32(SHUT_RD)) }
        }
    }

    /// Returns how many were.
    private static func cutLate(
        _ connections: inout [OpenConnections.Connection], _ now: ContinuousClock.Instant, _ limits: ConnectionLimits,
        _ refusal: Refusal?
    ) -> Int {
        var late = 0
        for place in connections.indices {
            let socket = connections[place].socket
            let stage = socket.stage.current
            guard stage.part != .cut, let progress = ClientPace.Progress(of: socket.descriptor) else { continue }
            let verdict = connections[place].pace.judge(stage, progress, now: now, limits)
            // Where the connection has gone on meanwhile it is not late any more.
            guard verdict != .keepsUp, socket.stage.cut(at: stage) else { continue }
            // The connection's thread sends nothing before the request is complete, so this cannot get into an answer.
            if verdict == .requestIsLate { refusal?.send(to: socket.descriptor) }
            if verdict == .isGone, progress.unsent > 0 { dropUnsent(socket.descriptor) }
            shutdown(socket.descriptor, Int32(SHUT_RDWR))
            late += 1
        }
        return late
    }

    /// Resets the connection when it is closed: what the client does not take would keep the system's memory, and the end
    /// would wait behind it.
    private static func dropUnsent(_ descriptor: Int32) {
        var now = linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &now, socklen_t(MemoryLayout<linger>.size))
    }
}

extension ClientPace.Progress {
    /// Nil where the system does not tell: the connection is gone.
    init?(of descriptor: Int32) {
        var progress = espalier_socket_progress()
        guard espalier_measure(descriptor, &progress) == 0 else { return nil }
        self.init(
            received: progress.received, acknowledged: progress.acknowledged, unsent: Int(progress.unsent),
            unread: Int(progress.unread))
    }
}
