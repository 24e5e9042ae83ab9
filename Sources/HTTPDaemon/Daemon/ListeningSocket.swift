import Glibc

/// The owner of a bound, listening socket. Made here and not by libmicrohttpd, which cannot tell why it failed.
final class ListeningSocket: Sendable {
    let descriptor: Int32
    let port: Int

    init(host: String, port: Int) throws(HTTPDaemonError) {
        guard (0...65_535).contains(port) else { throw .invalidConfiguration("port \(port) is not in 0...65535") }
        var hints = addrinfo()
        hints.ai_family = AF_UNSPEC
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV
        var found: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(host, String(port), &hints, &found)
        guard code == 0 else { throw .unknownHost(host, reason: String(cString: gai_strerror(code))) }
        defer { freeaddrinfo(found) }

        var failure = SystemError(call: "getaddrinfo", path: host, code: EADDRNOTAVAIL)
        for entry in sequence(first: found, next: { $0?.pointee.ai_next }).prefix(while: { $0 != nil }) {
            guard let entry else { break }
            do throws(SystemError) {
                (descriptor, self.port) = try Self.listen(on: entry.pointee, host: host)
                return
            } catch {
                failure = error
            }
        }
        if failure.code == EADDRINUSE { throw .portInUse(host: host, port: port) }
        throw .cannotListen(host: host, port: port, reason: failure)
    }

    deinit {
        close(descriptor)
    }

    /// Refuses new connections, and those that wait to be accepted.
    func refuseConnections() {
        shutdown(descriptor, Int32(SHUT_RDWR))
    }

    private static func listen(on address: addrinfo, host: String) throws(SystemError) -> (Int32, Int) {
        let type = address.ai_socktype | Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        let descriptor = socket(address.ai_family, type, address.ai_protocol)
        guard descriptor >= 0 else { throw SystemError(call: "socket", path: host) }
        do throws(SystemError) {
            try set(SOL_SOCKET, SO_REUSEADDR, 1, of: descriptor, host: host)
            if address.ai_family == AF_INET6 {
                try set(Int32(IPPROTO_IPV6), IPV6_V6ONLY, host == "::" ? 0 : 1, of: descriptor, host: host)
            }
            if bind(descriptor, address.ai_addr, address.ai_addrlen) != 0 {
                throw SystemError(call: "bind", path: host)
            }
            // Accepted sockets inherit it: an answer of several pieces must not wait for acknowledgements.
            try set(Int32(IPPROTO_TCP), TCP_NODELAY, 1, of: descriptor, host: host)
            if Glibc.listen(descriptor, SOMAXCONN) != 0 { throw SystemError(call: "listen", path: host) }
            return (descriptor, try boundPort(of: descriptor, host: host))
        } catch {
            close(descriptor)
            throw error
        }
    }

    private static func set(
        _ level: Int32, _ option: Int32, _ value: Int32, of descriptor: Int32, host: String
    ) throws(SystemError) {
        var value = value
        if setsockopt(descriptor, level, option, &value, socklen_t(MemoryLayout<Int32>.size)) != 0 {
            throw SystemError(call: "setsockopt", path: host)
        }
    }

    private static func boundPort(of descriptor: Int32, host: String) throws(SystemError) -> Int {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let code = withUnsafeMutablePointer(to: &storage) { storage in
            storage.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) }
        }
        guard code == 0 else { throw SystemError(call: "getsockname", path: host) }
        // The port lies at the same place in sockaddr_in and sockaddr_in6.
        return withUnsafeBytes(of: &storage) { Int(UInt16(bigEndian: $0.load(fromByteOffset: 2, as: UInt16.self))) }
    }
}
