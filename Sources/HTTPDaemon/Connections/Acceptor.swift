import Glibc

/// Accepts connections, on a thread of its own, as long as there is room for them.
final class Acceptor: Sendable {
    private let wake: WakeDescriptor
    private let isRunning = Monitor(true)

    /// - Throws: `SystemError` where there is no descriptor or thread for it.
    init(listening: ListeningSocket, admission: Admission) throws(SystemError) {
        wake = try WakeDescriptor()
        // The descriptors alone: they are closed by their owners, not some time after the thread has ended.
        let (listening, wake) = (listening.descriptor, wake.descriptor)
        try startThread { [isRunning] in
            Self.work(listening, wake, admission)
            isRunning.withLock { $0 = false }
        }
    }

    /// Returns when nothing is accepted or handed out any more.
    func close() {
        wake.wake()
        isRunning.wait { $0 ? nil : () }
    }

    private static func work(_ listening: Int32, _ wake: Int32, _ admission: Admission) {
        var isExhausted = false
        while true {
            let mustPause = isExhausted || !admission.hasRoom
            var polled = [pollfd(fd: wake, events: Int16(POLLIN), revents: 0)]
            if !mustPause { polled.append(pollfd(fd: listening, events: Int16(POLLIN), revents: 0)) }
            let count = poll(&polled, nfds_t(polled.count), mustPause ? pause : -1)
            if count < 0 && errno == EINTR { continue }
            if polled[0].revents != 0 { return }
            isExhausted = !mustPause && !acceptSome(listening, admission)
        }
    }

    /// Returns false where none can be taken for now and others are left in the queue.
    private static func acceptSome(_ listening: Int32, _ admission: Admission) -> Bool {
        // Not all at once, so that a flood of connections does not hold up the stop.
        for _ in 0..<batch where admission.hasRoom {
            guard let (descriptor, address) = SocketAddress.accept(from: listening) else {
                // Either there is none, or this one is broken; anything else, such as a lack of descriptors, would come
                // again at once and for ever.
                return [EAGAIN, EINTR, ECONNABORTED, EPROTO].contains(errno)
            }
            admission.take(descriptor, address)
        }
        return true
    }

    private static let batch = 64
    /// Milliseconds.
    private static let pause: Int32 = 20
}
