import Glibc

/// Where a client without a key comes from: its IPv4 address, or the 64 bits of its IPv6 address that name a network, in which it can have
/// as many addresses as it likes.
public struct ClientNetwork: Hashable, Sendable {
    private let name: String

    /// The network of a numeric address.
    public init(address: String) {
        var bytes = in6_addr()
        guard address.contains(":"), inet_pton(AF_INET6, String(address.prefix { $0 != "%" }), &bytes) == 1 else {
            name = address
            return
        }
        name = withUnsafeBytes(of: &bytes) { $0.prefix(8).map { String($0, radix: 16) }.joined(separator: ":") }
    }
}
