import Glibc
import HTTPDaemon
import Testing

private let request = "GET / HTTP/1.1\r\nHost: x\r\n\r\n"

extension DaemonTests {
    @Test func connectionsWaitForTheNextDaemonOnTheSameSocket() throws {
        let (listening, port) = try listen()
        defer { close(listening) }
        var waiting: [RawClient] = []
        for _ in 0..<5 {
            let daemon = try HTTPDaemon.make(listening: .inherited(descriptor: dup(listening))) { _ in
                .accept(handle: echo)
            }
            #expect(daemon.host == "127.0.0.1")
            #expect(daemon.port == port)
            for client in waiting { #expect(try client.response().status == 200) }
            #expect(try daemon.ask(request).status == 200)
            #expect(daemon.stop(grace: .seconds(30)) == 0)
            waiting = try (0..<3).map { _ in
                let client = try RawClient(port: port)
                try client.send(request)
                return client
            }
        }
    }

    @Test func aDescriptorThatDoesNotListenIsAClearError() throws {
        for descriptor in [open("/dev/null", O_RDONLY), socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0), -1] {
            #expect(throws: HTTPDaemonError.notListening(descriptor: descriptor)) {
                try HTTPDaemon.make(listening: .inherited(descriptor: descriptor)) { _ in .accept(handle: echo) }
            }
            if descriptor >= 0 { close(descriptor) }
        }
    }

    private func listen() throws -> (descriptor: Int32, port: Int) {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let code = withUnsafeMutablePointer(to: &address) { address in
            address.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) + Glibc.listen(descriptor, 100) + getsockname(descriptor, $0, &length)
            }
        }
        try #require(code == 0)
        return (descriptor, Int(UInt16(bigEndian: address.sin_port)))
    }
}
