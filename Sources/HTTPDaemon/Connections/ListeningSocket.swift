import CMicroHTTPD
import Glibc

/// The owner of a bound, listening socket.
final class ListeningSocket: Sendable {
    let descriptor: Int32
    /// As it was asked for; the numeric address of an inherited one.
    let host: String
    let port: Int
    private let isInherited: Bool

    init(_ place: ListeningPlace) throws(HTTPDaemonError) {
        switch place {
        case .address(let host, let port):
            (descriptor, self.port) = try Self.listen(host, port)
            self.host = host
            isInherited = false
        case .inherited(let descriptor):
            guard let (host, port) = Self.adopt(descriptor) else { throw .notListening(descriptor: descriptor) }
            (self.descriptor, self.host, self.port) = (descriptor, host, port)
            isInherited = true
        }
    }

    deinit {
        close(descriptor)
    }

    /// Refuses new connections, and those that wait to be accepted; unless they wait for another process.
    func refuseConnections() {
        if !isInherited { shutdown(descriptor, Int32(SHUT_RDWR)) }
    }

    private static func listen(_ host: String, _ port: Int) throws(HTTPDaemonError) -> (Int32, Int) {
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
                return try listen(on: entry.pointee, host: host)
            } catch {
                failure = error
            }
        }
        if failure.code == EADDRINUSE { throw .portInUse(host: host, port: port) }
        throw .cannotListen(host: host, port: port, reason: failure)
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
            try sendAtOnce(descriptor, host: host)
            if Glibc.listen(descriptor, SOMAXCONN) != 0 { throw SystemError(call: "listen", path: host) }
            guard let bound = SocketAddress(boundTo: descriptor) else {
                throw SystemError(call: "getsockname", path: host)
            }
            return (descriptor, bound.port)
        } catch {
            close(descriptor)
            throw error
        }
    }

    /// Makes a descriptor that somebody else opened like an own one. Nil where it is none to accept connections from.
    private static func adopt(_ descriptor: Int32) -> (host: String, port: Int)? {
        var isListening: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        guard getsockopt(descriptor, SOL_SOCKET, SO_ACCEPTCONN, &isListening, &length) == 0, isListening != 0,
            let address = SocketAddress(boundTo: descriptor), address.client != nil,
            fcntl(descriptor, F_SETFD, FD_CLOEXEC) == 0,
            case let flags = fcntl(descriptor, F_GETFL), flags >= 0,
            fcntl(descriptor, F_SETFL, flags | O_NONBLOCK) == 0,
            (try? sendAtOnce(descriptor, host: "")) != nil
        else { return nil }
        return (address.text, address.port)
    }

    /// Accepted sockets inherit it: an answer of several pieces must not wait for acknowledgements.
    private static func sendAtOnce(_ descriptor: Int32, host: String) throws(SystemError) {
        try set(Int32(IPPROTO_TCP), TCP_NODELAY, 1, of: descriptor, host: host)
    }

    private static func set(
        _ level: Int32, _ option: Int32, _ value: Int32, of descriptor: Int32, host: String
    ) throws(SystemError) {
        var value = value
        if setsockopt(descriptor, level, option, &value, socklen_t(MemoryLayout<Int32>.size)) != 0 {
            throw SystemError(call: "setsockopt", path: host)
        }
    }
}
