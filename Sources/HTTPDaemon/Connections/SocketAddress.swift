import CMicroHTTPD
import Glibc

/// The address of a socket: a client's, or one to listen on.
struct SocketAddress: Sendable {
    fileprivate var storage = sockaddr_storage()
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

    private init() {}

    /// The address that a socket is bound to; nil where the descriptor is no socket's.
    init?(boundTo descriptor: Int32) {
        length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let code = withUnsafeMutablePointer(to: &storage) { [length] storage in
            var length = length
            return storage.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) }
        }
        guard code == 0 else { return nil }
        length = socklen_t(
            Int32(storage.ss_family) == AF_INET6 ? MemoryLayout<sockaddr_in6>.size : MemoryLayout<sockaddr_in>.size)
    }

    /// It lies at the same place in sockaddr_in and sockaddr_in6.
    var port: Int {
        withUnsafeBytes(of: storage) { Int(UInt16(bigEndian: $0.load(fromByteOffset: 2, as: UInt16.self))) }
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

/// Whose connections are counted together: an IPv4 address, or the /64 of an IPv6 address, which is what one customer of a
/// provider gets at least.
struct ClientNetwork: Hashable, Sendable {
    private let isIPv6: Bool
    private let bits: UInt64

    init(ipv4 address: UInt32) { (isIPv6, bits) = (false, UInt64(address)) }

    init(ipv6 prefix: UInt64) { (isIPv6, bits) = (true, prefix) }
}

extension SocketAddress {
    /// Nil for an address that is neither.
    var client: ClientNetwork? {
        withUnsafeBytes(of: storage) { bytes in
            switch Int32(storage.ss_family) {
            case AF_INET:
                // sin_addr
                return ClientNetwork(ipv4: bytes.loadUnaligned(fromByteOffset: 4, as: UInt32.self))
            case AF_INET6:
                // sin6_addr; ::ffff:a.b.c.d is a.b.c.d
                let upper = bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
                let mapped = bytes.loadUnaligned(fromByteOffset: 16, as: UInt32.self)
                if upper == 0 && mapped == UInt32(bigEndian: 0xFFFF) {
                    return ClientNetwork(ipv4: bytes.loadUnaligned(fromByteOffset: 20, as: UInt32.self))
                }
                return ClientNetwork(ipv6: upper)
            default:
                return nil
            }
        }
    }
}
