import HTTPDaemon
import Testing

extension DaemonTests {
    /// What the reader has made and the client has not yet taken lies in memory: the socket's buffers bound it.
    @Test(arguments: [nil, 50_000_000])
    func aLongStreamIsNeverFarAheadOfItsClient(length: Int?) throws {
        let size = 50_000_000
        let made = Counter()
        let daemon = try HTTPDaemon.make { _ in
            .accept { _ in HTTPResponse(status: 200, body: .stream(.zeros(count: size, length: length, made: made))) }
        }
        let client = try daemon.connect()
        try client.send("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        #expect(try client.head().status == 200)
        var taken = 0
        var ahead = 0
        while case let bytes = try client.read(), !bytes.isEmpty {
            taken += bytes.count
            ahead = max(ahead, made.value - taken)
        }
        #expect(made.value == size)
        #expect(length == nil ? taken > size : taken == size)
        #expect(ahead < 16_000_000)
    }

    @Test(arguments: [nil, 1000])
    func aReaderThatFailsCutsTheConnection(length: Int?) throws {
        let daemon = try HTTPDaemon.make { _ in
            .accept { _ in
                HTTPResponse(
                    status: 200,
                    body: .stream(
                        ResponseStream(length: length) {
                            var isFirst = true
                            return { buffer in
                                defer { isFirst = false }
                                buffer[0] = 1
                                return isFirst ? .filled(1) : .failed
                            }
                        }))
            }
        }
        #expect(throws: RawClient.Failure.self) { try daemon.ask("GET / HTTP/1.1\r\nHost: x\r\n\r\n") }
        #expect(daemon.stop(grace: .seconds(30)) == 0)
    }

    /// Each breaks the reader's contract; none may spin or be taken for a whole body.
    @Test(arguments: [ResponseStream.Step.filled(0), .filled(-1), .filled(.max), .end])
    func aReaderThatBreaksItsContractIsAFailedOne(step: ResponseStream.Step) throws {
        let daemon = try HTTPDaemon.make { _ in
            .accept { _ in HTTPResponse(status: 200, body: .stream(ResponseStream(length: 10) { { _ in step } })) }
        }
        #expect(throws: RawClient.Failure.self) { try daemon.ask("GET / HTTP/1.1\r\nHost: x\r\n\r\n") }
        #expect(daemon.stop(grace: .seconds(30)) == 0)
    }

    @Test func aClientThatLeavesAStreamFreesItsReader() throws {
        final class Token: Sendable {}
        // Unchecked: written before the first byte is sent, read after it came.
        final class Watch: @unchecked Sendable {
            weak var token: Token?
        }
        let watch = Watch()
        let daemon = try HTTPDaemon.make { _ in
            .accept { _ in
                HTTPResponse(
                    status: 200,
                    body: .stream(
                        ResponseStream {
                            let token = Token()
                            watch.token = token
                            return { buffer in withExtendedLifetime(token) { .filled(buffer.count) } }
                        }))
            }
        }
        var client: RawClient? = try daemon.connect()
        try client?.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(try client?.read().isEmpty == false)
        #expect(watch.token != nil)
        client = nil
        #expect(daemon.stop(grace: .seconds(30)) == 0)
        #expect(watch.token == nil)
    }
}
