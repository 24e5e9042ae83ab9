import CMicroHTTPD
import Glibc

/// The owner of a descriptor that becomes readable for good when somebody says so.
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
}
