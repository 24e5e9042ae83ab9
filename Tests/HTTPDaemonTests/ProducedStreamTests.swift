import Foundation
import HTTPDaemon
import Synchronization
import Testing

extension DaemonTests {
    /// Bytes that count up, in pieces of changing sizes; then the end or a failure.
    private static func counting(_ count: Int, length: Int? = nil, last: ResponseStream.Step = .end) -> HTTPResponse {
        let stream = ResponseStream.produced(length: length) {
            var made = 0
            return { buffer in
                if made == count { return last }
                let size = min(buffer.count, count - made, 1 + made % 7_919)
                for place in 0..<size { buffer[place] = UInt8(truncatingIfNeeded: made + place) }
                made += size
                return .filled(size)
            }
        }
        return HTTPResponse(status: 200, body: .stream(stream))
    }

    @Test(arguments: [0, 1, 131_071, 131_072, 131_073, 3_000_000], [true, false])
    func aProducedBodyArrivesWhole(count: Int, isLengthKnown: Bool) throws {
        let daemon = try HTTPDaemon.make { _ in
            .accept { _ in Self.counting(count, length: isLengthKnown ? count : nil) }
        }
        let client = try daemon.connect()
        for _ in 0..<2 {
            try client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            let response = try client.response()
            #expect(response.body == (0..<count).map { UInt8(truncatingIfNeeded: $0) })
        }
    }

    @Test func aProducedBodyIsMadeOnAnotherThreadThanTheConnections() throws {
        let threads = Mutex<(connection: pthread_t?, reader: [pthread_t])>((nil, []))
        let daemon = try HTTPDaemon.make { _ in
            .accept { _ in
                threads.withLock { $0.connection = pthread_self() }
                return HTTPResponse(
                    status: 200,
                    body: .stream(
                        .produced {
                            var left = 20
                            return { buffer in
                                if left == 0 { return .end }
                                left -= 1
                                threads.withLock { $0.reader.append(pthread_self()) }
                                buffer.initializeMemory(as: UInt8.self, repeating: 0)
                                return .filled(buffer.count)
                            }
                        }))
            }
        }
        #expect(try daemon.ask("GET / HTTP/1.1\r\nHost: x\r\n\r\n").body.count == 20 * 131_072)
        let seen = threads.withLock { $0 }
        #expect(seen.reader.count == 20 && !seen.reader.contains { $0 == seen.connection })
    }

    @Test(arguments: [nil, 200_001])
    func aProducedBodyThatFailsCutsTheConnection(length: Int?) throws {
        let daemon = try HTTPDaemon.make { _ in .accept { _ in Self.counting(200_000, length: length, last: .failed) } }
        #expect(throws: RawClient.Failure.self) { try daemon.ask("GET / HTTP/1.1\r\nHost: x\r\n\r\n") }
        #expect(daemon.stop(grace: .seconds(30)) == 0)
    }

    /// More clients than heavy threads, none of which reads: the next one is served nevertheless.
    @Test func clientsThatDoNotReadHoldNoThread() throws {
        let made = Counter()
        let daemon = try HTTPDaemon.make { head in
            .accept { _ in
                if head.path == ["small"] { return Self.counting(300_000) }
                let stream = ResponseStream.produced {
                    { buffer in
                        made.add(buffer.count)
                        buffer.initializeMemory(as: UInt8.self, repeating: 0)
                        return .filled(buffer.count)
                    }
                }
                return HTTPResponse(status: 200, body: .stream(stream))
            }
        }
        let idle = try (0..<16).map { _ in try daemon.connect() }
        for client in idle {
            try client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            #expect(try client.head().status == 200)
        }
        #expect(try daemon.ask("GET /small HTTP/1.1\r\nHost: x\r\n\r\n").body.count == 300_000)
        // What is not read is not made: the sockets' buffers and two blocks bound it.
        #expect(made.value < 16 * 16_000_000)
        // A client that is not used any more would close its connection. What has been answered may take a moment to end.
        withExtendedLifetime(idle) { #expect(daemon.stop(grace: .seconds(1)) == 16) }
    }

    @Test func aClientThatLeavesAProducedBodyFreesItsReader() throws {
        /// Tells when it goes.
        final class Token: Sendable {
            let gone: DispatchSemaphore

            init(_ gone: DispatchSemaphore) { self.gone = gone }

            deinit { gone.signal() }
        }
        let gone = DispatchSemaphore(value: 0)
        let daemon = try HTTPDaemon.make { _ in
            .accept { _ in
                HTTPResponse(
                    status: 200,
                    body: .stream(
                        .produced {
                            let token = Token(gone)
                            return { buffer in withExtendedLifetime(token) { .filled(buffer.count) } }
                        }))
            }
        }
        var client: RawClient? = try daemon.connect()
        try client?.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(try client?.read().isEmpty == false)
        client = nil
        #expect(gone.wait(timeout: .now() + 30) == .success)
        #expect(daemon.stop(grace: .seconds(30)) == 0)
    }

    @Test func headOfAProducedBodyMakesNothing() throws {
        let daemon = try HTTPDaemon.make { _ in
            .accept { _ in
                HTTPResponse(
                    status: 200,
                    body: .stream(
                        .produced(length: 5) {
                            Issue.record("made"); return { _ in .end }
                        }))
            }
        }
        #expect(try daemon.ask("HEAD / HTTP/1.1\r\nHost: x\r\n\r\n")["Content-Length"] == "5")
    }
}
