import Glibc

/// Accepts connections, on a thread of its own, and hands them out.
final class Acceptor: Sendable {
    private let wake: WakeDescriptor
    private let isRunning = Monitor(true)

    /// - Parameter hand: takes a connection's descriptor over, and returns whether there is room for another. It is called
    ///   on the acceptor's thread and must not block.
    /// - Throws: `SystemError` where there is no descriptor or thread for it.
    init(
        listening: ListeningSocket, hand: @escaping @Sendable (Int32, SocketAddress) -> Bool
    ) throws(SystemError) {
        wake = try WakeDescriptor()
        try startThread { [wake, isRunning] in
            Self.work(listening.descriptor, wake.descriptor, hand)
            isRunning.withLock { $0 = false }
        }
    }

    /// Returns when nothing is accepted or handed out any more.
    func close() {
        wake.wake()
        isRunning.wait { $0 ? nil : () }
    }

    private static func work(_ listening: Int32, _ wake: Int32, _ hand: (Int32, SocketAddress) -> Bool) {
        var mustPause = false
        while true {
            var polled = [pollfd(fd: wake, events: Int16(POLLIN), revents: 0)]
            if !mustPause { polled.append(pollfd(fd: listening, events: Int16(POLLIN), revents: 0)) }
            let count = poll(&polled, nfds_t(polled.count), mustPause ? pause : -1)
            if count < 0 && errno == EINTR { continue }
            if polled[0].revents != 0 { return }
            mustPause = !acceptSome(listening, hand)
        }
    }

    /// Returns false where none can be taken for now and others are left in the queue.
    private static func acceptSome(_ listening: Int32, _ hand: (Int32, SocketAddress) -> Bool) -> Bool {
        // Not all at once, so that a flood of connections does not hold up the stop.
        for _ in 0..<batch {
            guard let (descriptor, address) = SocketAddress.accept(from: listening) else {
                // Either there is none, or this one is broken; anything else, such as a lack of descriptors, would come
                // again at once and for ever.
                return [EAGAIN, EINTR, ECONNABORTED, EPROTO].contains(errno)
            }
            if !hand(descriptor, address) { return false }
        }
        return true
    }

    private static let batch = 64
    /// Milliseconds.
    private static let pause: Int32 = 20
}
