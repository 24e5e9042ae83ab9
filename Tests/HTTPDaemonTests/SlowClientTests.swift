import Foundation
import HTTPDaemon
import Synchronization
import Testing

extension DaemonTests {
    @Test(arguments: ["GET", "GET / HTTP/1.1\r\n", "GET / HTTP/1.1\r\nHost: x\r\nX-A: a\r\n"])
    func aHeadThatDoesNotEndIs408(start: String) throws {
        let daemon = try HTTPDaemon.make(limits: .brief) { _ in .accept(handle: echo) }
        let client = try daemon.connect()
        try client.send(start)
        let response = try client.response()
        #expect(response.status == 408)
        #expect(response.text == "requestTimeout")
        #expect(response["Connection"] == "close")
        #expect(try client.isClosedByServer())
    }

    /// Each byte is activity, and none is enough.
    @Test func aHeadThatTricklesIsCut() throws {
        let daemon = try HTTPDaemon.make(limits: .brief) { _ in .accept(handle: echo) }
        for used in [false, true] {
            let client = try daemon.connect()
            if used {
                try client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
                #expect(try client.response().status == 200)
            }
            #expect(throws: RawClient.Failure.self) {
                try client.send("GET / HTTP/1.1\r\n")
                for _ in 0..<100_000 {
                    try client.send("X: y\r\n")
                    usleep(10_000)
                }
            }
        }
    }

    @Test func aConnectionThatSaysNothingIsClosedWithoutAnAnswer() throws {
        let daemon = try HTTPDaemon.make(limits: .brief) { _ in .accept(handle: echo) }
        #expect(try daemon.connect().isClosedByServer())
    }

    @Test(arguments: ["Content-Length: 1000", "Transfer-Encoding: chunked"])
    func aBodyThatComesTooSlowlyIs408(framing: String) throws {
        let limits = ConnectionLimits.make { limits in
            limits.receiveWindow = .milliseconds(200)
            limits.receiveRate = 1000
        }
        let folder = try TemporaryFolder()
        let daemon = try HTTPDaemon.make(limits: limits) { _ in
            .accept(bodyLimit: 1000, storage: .spool(directory: folder.path), handle: echo)
        }
        let client = try daemon.connect()
        try client.send("POST / HTTP/1.1\r\nHost: x\r\n\(framing)\r\n\r\n1")
        let response = try client.response()
        #expect(response.status == 408)
        #expect(try client.isClosedByServer())
        #expect(daemon.stop(grace: .seconds(30)) == 0)
        #expect(try folder.entries.isEmpty)
    }

    @Test func aBodyThatComesSteadilyMayTakeItsTime() throws {
        let limits = ConnectionLimits.make { limits in
            limits.receiveWindow = .milliseconds(500)
            limits.receiveRate = 100
        }
        let daemon = try HTTPDaemon.make(limits: limits) { _ in .accept(bodyLimit: 100_000, handle: echo) }
        let client = try daemon.connect()
        try client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 20000\r\n\r\n")
        for _ in 0..<20 {
            try client.send([UInt8](repeating: 1, count: 1000))
            usleep(60_000)
        }
        #expect(try client.response().status == 200)
    }

    @Test func aClientThatDoesNotReadItsAnswerIsCut() throws {
        let over = Gate()
        let daemon = try HTTPDaemon.make(limits: .brief) { _ in
            .accept { _ in
                let token = Token(over)
                return HTTPResponse(
                    status: 200,
                    body: .stream(
                        ResponseStream(length: 1 << 30) {
                            { buffer in withExtendedLifetime(token) { .filled(buffer.count) } }
                        }))
            }
        }
        let client = try daemon.connect()
        try client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        over.wait()
        #expect(throws: RawClient.Failure.self) { try client.response() }
    }

    /// What has nothing to send may wait as long as it likes; that time has passed shows by others' being cut.
    @Test func streamsAndAnswersThatComeLaterAreNotCut() throws {
        let sources = Shelf<LiveSource>()
        let answers = Shelf<DeferredAnswer>()
        let daemon = try HTTPDaemon.make(limits: .brief) { head in
            .accept { _ in
                head.path == ["stream"]
                    ? HTTPResponse(status: 200, body: .stream(.live { sources.put($0) }))
                    : .deferred(
                        DeferredResponse(limit: .seconds(3600), expired: { .text("expired") }) { answers.put($0) })
            }
        }
        let stream = try daemon.connect()
        try stream.send("GET /stream HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(try stream.head().status == 200)
        let poll = try daemon.connect()
        try poll.send("GET /poll HTTP/1.1\r\nHost: x\r\n\r\n")
        let source = sources.take()
        let answer = answers.take()
        for word in ["one", "two", "three"] {
            for _ in 0..<2 { #expect(try daemon.connect().isClosedByServer()) }
            source.send(Array(word.utf8))
            #expect(try stream.nextChunk() == Array(word.utf8))
        }
        answer.send(.text("done"))
        #expect(try poll.response().text == "done")
        source.finish()
        #expect(try stream.nextChunk().isEmpty)
    }
}

/// Says when it is gone.
private final class Token: Sendable {
    private let gate: Gate

    init(_ gate: Gate) { self.gate = gate }

    deinit { gate.open() }
}

/// Where one thread leaves something for another.
private final class Shelf<Value: Sendable>: Sendable {
    private let values = Mutex<[Value]>([])
    private let arrivals = DispatchSemaphore(value: 0)

    func put(_ value: Value) {
        values.withLock { $0.append(value) }
        arrivals.signal()
    }

    func take() -> Value {
        arrivals.wait()
        return values.withLock { $0.removeFirst() }
    }
}
