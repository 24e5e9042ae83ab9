import CMicroHTTPD
import Glibc

/// The address of a client's socket.
struct SocketAddress: Sendable {
    private var storage = sockaddr_storage()
    private var length = socklen_t(0)

    /// Accepts a connection, whose descriptor never blocks. Returns it with its address, or nil and leaves `errno`.
    static func accept(from listening: Int32) -> (descriptor: Int32, address: SocketAddress)? {
        var address = SocketAddress()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let descriptor = withUnsafeMutablePointer(to: &address.storage) { storage in
            storage.withMemoryRebound(to: sockaddr.self, capacity: 1) { espalier_accept(listening, $0, &length) }
        }
        guard descriptor >= 0 else { return nil }
        address.length = length
        return (descriptor, address)
    }

    /// Gives `body` the address as the system's calls take it. The pointer is valid only inside.
    func withPointer<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
        withUnsafePointer(to: storage) { storage in
            storage.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, length) }
        }
    }

    /// The numeric address without a port; IPv4 in dotted form also when it came through IPv6.
    var text: String {
        var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
        let code = withPointer { getnameinfo($0, $1, &text, socklen_t(NI_MAXHOST), nil, 0, NI_NUMERICHOST) }
        guard code == 0 else { return "" }
        let name = String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        let mapped = "::ffff:"
        return name.hasPrefix(mapped) && name.contains(".") ? String(name.dropFirst(mapped.count)) : name
    }
}
