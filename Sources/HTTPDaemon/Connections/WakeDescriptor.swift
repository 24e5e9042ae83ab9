import CMicroHTTPD
import Glibc

/// The owner of a descriptor that becomes readable when somebody says so.
final class WakeDescriptor: Sendable {
    let descriptor: Int32

    init() throws(SystemError) {
        descriptor = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
        guard descriptor >= 0 else { throw SystemError(call: "eventfd", path: "") }
    }

    deinit {
        close(descriptor)
    }

    func wake() {
        var one = UInt64(1)
        // Cannot fail: the counter is far from full.
        _ = write(descriptor, &one, MemoryLayout<UInt64>.size)
    }

    /// Waits until somebody has said so since the last time, or for `limit`.
    static func wait(for descriptor: Int32, atMost limit: Duration?) {
        var polled = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        let milliseconds = limit.map { Int32($0 / .milliseconds(1)) } ?? -1
        guard poll(&polled, 1, milliseconds) > 0 else { return }
        var count = UInt64(0)
        _ = read(descriptor, &count, MemoryLayout<UInt64>.size)
    }
}
