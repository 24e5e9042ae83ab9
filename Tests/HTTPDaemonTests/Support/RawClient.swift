import Glibc

/// A client that sends exactly the bytes it is told to, and reads answers strictly.
final class RawClient {
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    struct Response {
        var status = 0
        var interim: [Int] = []
        var headers: [(name: String, value: String)] = []
        var body: [UInt8] = []

        var text: String { String(decoding: body, as: UTF8.self) }

        subscript(name: String) -> String? {
            headers.first { $0.name.lowercased() == name.lowercased() }?.value
        }
    }

    private let descriptor: Int32
    private var buffered: [UInt8] = []

    init(port: Int, host: String = "127.0.0.1") throws {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV
        var found: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, String(port), &hints, &found) == 0, let address = found?.pointee else {
            throw Failure(description: "no address for \(host)")
        }
        defer { freeaddrinfo(found) }
        descriptor = socket(address.ai_family, address.ai_socktype, 0)
        // A hanging server fails the test instead of hanging it.
        var patience = timeval(tv_sec: 30, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        guard connect(descriptor, address.ai_addr, address.ai_addrlen) == 0 else {
            let reason = String(cString: strerror(errno))
            Glibc.close(descriptor)
            throw Failure(description: "connect: \(reason)")
        }
    }

    deinit {
        Glibc.close(descriptor)
    }

    func send(_ text: String) throws {
        try send(Array(text.utf8))
    }

    func send(_ bytes: [UInt8]) throws {
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress! + sent, $0.count - sent, 0) }
            guard count > 0 else { throw Failure(description: "send: \(String(cString: strerror(errno)))") }
            sent += count
        }
    }

    /// Says that no more bytes will come; the answer can still be read.
    func endSending() {
        shutdown(descriptor, Int32(SHUT_WR))
    }

    func chunk(_ bytes: [UInt8]) throws {
        try send(Array("\(String(bytes.count, radix: 16))\r\n".utf8) + bytes + Array("\r\n".utf8))
    }

    /// Reads one response, its interim ones before it.
    func response(toHead: Bool = false) throws -> Response {
        var response = Response()
        while true {
            (response.status, response.headers) = try head()
            if response.status >= 200 { break }
            response.interim.append(response.status)
        }
        if toHead || response.status == 204 || response.status == 304 { return response }
        if let length = response["Content-Length"].flatMap({ Int($0) }) {
            response.body = try take(length)
        } else if response["Transfer-Encoding"] == "chunked" {
            response.body = try chunkedBody()
        } else {
            throw Failure(description: "neither length nor chunks")
        }
        return response
    }

    /// Reads a body in chunks to its end.
    func chunkedBody() throws -> [UInt8] {
        var body: [UInt8] = []
        while case let chunk = try nextChunk(), !chunk.isEmpty { body += chunk }
        return body
    }

    /// Reads one chunk; the last is empty.
    func nextChunk() throws -> [UInt8] {
        guard let size = Int(try line(), radix: 16) else { throw Failure(description: "no chunk size") }
        let bytes = try take(size)
        guard try line().isEmpty else { throw Failure(description: "no end of chunk") }
        return bytes
    }

    func head() throws -> (status: Int, headers: [(name: String, value: String)]) {
        let first = try line().split(separator: " ", maxSplits: 2)
        guard first.count == 3, first[0] == "HTTP/1.1", let status = Int(first[1]) else {
            throw Failure(description: "no status line: \(first)")
        }
        var headers: [(name: String, value: String)] = []
        while case let field = try line(), !field.isEmpty {
            let parts = field.split(separator: ":", maxSplits: 1)
            guard parts.count == 2 else { throw Failure(description: "no header: \(field)") }
            headers.append((String(parts[0]), String(parts[1].drop { $0 == " " })))
        }
        return (status, headers)
    }

    /// The next bytes, at least one; none at the end of the connection.
    func read(atMost most: Int = 64 << 10) throws -> [UInt8] {
        if !buffered.isEmpty {
            defer { buffered = [] }
            return buffered
        }
        var failure: Int32 = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: most) { buffer, count in
            let received = recv(descriptor, buffer.baseAddress, most, 0)
            if received < 0 { failure = errno }
            count = max(received, 0)
        }
        if failure != 0 { throw Failure(description: "recv: \(String(cString: strerror(failure)))") }
        return bytes
    }

    /// Whether the server closed the connection without another byte.
    func isClosedByServer() throws -> Bool {
        try read().isEmpty
    }

    private func fill() throws {
        let bytes = buffered
        buffered = []
        let more = try read()
        if more.isEmpty { throw Failure(description: "the connection ended early") }
        buffered = bytes + more
    }

    private func take(_ count: Int) throws -> [UInt8] {
        while buffered.count < count { try fill() }
        defer { buffered.removeFirst(count) }
        return Array(buffered[..<count])
    }

    private func line() throws -> String {
        while true {
            if let end = buffered.indices.dropLast().first(where: { buffered[$0] == 13 && buffered[$0 + 1] == 10 }) {
                defer { buffered.removeFirst(end + 2) }
                return String(decoding: buffered[..<end], as: UTF8.self)
            }
            try fill()
        }
    }
}
