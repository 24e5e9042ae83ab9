import Glibc

/// Addresses that a machine has for itself alone: 127.0.0.0/8, ::1, and the former as IPv6 has them.
enum LoopbackAddress {
    /// Whether a socket is bound to such an address, or is not of the network at all; false where that cannot be told.
    static func isBound(to descriptor: Int32) -> Bool {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let code = withUnsafeMutablePointer(to: &storage) { storage in
            storage.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) }
        }
        guard code == 0 else { return false }
        switch Int32(storage.ss_family) {
        case AF_UNIX: return true
        case AF_INET:
            return withUnsafeBytes(of: &storage) {
                isIPv4(UInt32(bigEndian: $0.loadUnaligned(as: sockaddr_in.self).sin_addr.s_addr))
            }
        case AF_INET6:
            var address = withUnsafeBytes(of: &storage) { $0.loadUnaligned(as: sockaddr_in6.self).sin6_addr }
            return withUnsafeBytes(of: &address) { isIPv6(Array($0)) }
        default: return false
        }
    }

    private static func isIPv4(_ address: UInt32) -> Bool { address >> 24 == 127 }

    private static func isIPv6(_ bytes: [UInt8]) -> Bool {
        let isMapped = bytes[..<10].allSatisfy { $0 == 0 } && bytes[10] == 0xFF && bytes[11] == 0xFF
        return isMapped ? bytes[12] == 127 : bytes[..<15].allSatisfy { $0 == 0 } && bytes[15] == 1
    }
}
