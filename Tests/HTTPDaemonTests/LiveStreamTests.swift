import Foundation
import HTTPDaemon
import Synchronization
import Testing

extension DaemonTests {
    /// Hands the source of each live stream out as it starts.
    private final class Sources: Sendable {
        private let started = Mutex<[LiveSource]>([])
        private let arrivals = DispatchSemaphore(value: 0)

        func add(_ source: LiveSource) {
            started.withLock { $0.append(source) }
            arrivals.signal()
        }

        /// The next one to start.
        func next() -> LiveSource {
            arrivals.wait()
            return started.withLock { $0.removeFirst() }
        }

        var stream: HTTPResponse {
            HTTPResponse(status: 200, body: .stream(.live { [self] in add($0) }))
        }
    }

    @Test(arguments: [HandlerExecution.immediate, .background])
    func thousandsOfEventsSentByAnotherThreadArriveInOrder(execution: HandlerExecution) throws {
        let sources = Sources()
        let daemon = try HTTPDaemon.make { _ in .accept(execution: execution) { _ in sources.stream } }
        let clients = try (0..<4).map { _ in try daemon.connect() }
        for client in clients {
            try client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            #expect(try client.head().status == 200)
            let source = sources.next()
            Thread.detachNewThread {
                for number in 0..<5000 { source.send(Array("\(number)\n".utf8)) }
                source.finish()
            }
        }
        let expected = (0..<5000).map { "\($0)\n" }.joined()
        for client in clients {
            #expect(try client.chunkedBody() == Array(expected.utf8))
            // The connection serves the next request.
            try client.send("HEAD / HTTP/1.1\r\nHost: x\r\n\r\n")
            #expect(try client.response(toHead: true).status == 200)
        }
    }

    @Test func eachEventArrivesBeforeTheNextIsSent() throws {
        let sources = Sources()
        let daemon = try HTTPDaemon.make { _ in .accept { _ in sources.stream } }
        let client = try daemon.connect()
        try client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(try client.head().status == 200)
        let source = sources.next()
        for number in 0..<300 {
            #expect(source.send(Array("\(number)".utf8)))
            #expect(try client.nextChunk() == Array("\(number)".utf8))
        }
        source.finish()
        #expect(try client.nextChunk().isEmpty)
        #expect(!source.send([1]))
    }

    @Test func anIdleStreamTakesNoProcessorTime() throws {
        let sources = Sources()
        let daemon = try HTTPDaemon.make { _ in .accept { _ in sources.stream } }
        let clients = try (0..<50).map { _ in try daemon.connect() }
        for client in clients {
            try client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            #expect(try client.head().status == 200)
        }
        let open = clients.map { _ in sources.next() }
        // A busy reader would take all of this time, of one core at least.
        let before = processorTime()
        Thread.sleep(forTimeInterval: 1)
        #expect(processorTime() - before < 0.2)
        for source in open { source.finish() }
        for client in clients { #expect(try client.nextChunk().isEmpty) }
    }

    @Test func aStreamWhoseClientIsGoneIsOver() throws {
        let sources = Sources()
        let daemon = try HTTPDaemon.make { _ in .accept { _ in sources.stream } }
        var client: RawClient? = try daemon.connect()
        try client?.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(try client?.head().status == 200)
        let source = sources.next()
        let over = Gate()
        source.whenOver { over.open() }
        #expect(!source.isOver)
        client = nil
        // The first of these makes the client's system say that nobody is there.
        while source.send([UInt8](repeating: 0, count: 100)) {}
        over.wait()
        #expect(source.isOver)
        let late = Gate()
        source.whenOver { late.open() }
        late.wait()
        #expect(daemon.stop(grace: .seconds(30)) == 0)
    }

    @Test func aClientThatDoesNotReadIsCutOffAtTheCapacity() throws {
        let sources = Sources()
        let daemon = try HTTPDaemon.make { _ in
            .accept { _ in
                HTTPResponse(status: 200, body: .stream(.live(capacity: 100_000) { sources.add($0) }))
            }
        }
        let client = try daemon.connect()
        try client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        let source = sources.next()
        let over = Gate()
        source.whenOver { over.open() }
        while source.send([UInt8](repeating: 1, count: 10_000)) {}
        #expect(throws: RawClient.Failure.self) { try client.response() }
        over.wait()
    }

    @Test func aStopEndsOpenStreamsAtOnce() throws {
        for round in 0..<10 {
            let sources = Sources()
            let daemon = try HTTPDaemon.make { _ in .accept { _ in sources.stream } }
            let clients = try (0..<20).map { _ in try daemon.connect() }
            for client in clients { try client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n") }
            let open = clients.map { _ in sources.next() }
            if round % 2 == 0 {
                for client in clients { #expect(try client.head().status == 200) }
            }
            for source in open { source.send(Array("last".utf8)) }
            #expect(daemon.stop(grace: .seconds(3600)) == 0)
            if round % 2 == 0 {
                for client in clients { #expect(try client.chunkedBody() == Array("last".utf8)) }
            }
            #expect(open.allSatisfy { $0.isOver })
        }
    }

    /// Streams that are fed, fall empty, are finished and left by their clients while the daemon stops.
    @Test func stoppingAmongBusyStreamsIsSafe() throws {
        for round in 0..<20 {
            let feeders = DispatchGroup()
            let daemon = try HTTPDaemon.make { _ in
                .accept { _ in
                    HTTPResponse(
                        status: 200,
                        body: .stream(
                            .live { source in
                                feeders.enter()
                                Thread.detachNewThread {
                                    while source.send(Array("x".utf8)) {}
                                    feeders.leave()
                                }
                            }))
                }
            }
            var clients = try (0..<10).map { _ in try daemon.connect() }
            for client in clients { try client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n") }
            for client in clients { #expect(try client.head().status == 200) }
            clients.removeFirst(3)
            daemon.stop(grace: .microseconds(round * 200))
            feeders.wait()
        }
    }

    @Test func headOfALiveStreamStartsNone() throws {
        let sources = Counter()
        let daemon = try HTTPDaemon.make { _ in
            .accept { _ in HTTPResponse(status: 200, body: .stream(.live { _ in sources.add() })) }
        }
        let client = try daemon.connect()
        try client.send("HEAD / HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(try client.response(toHead: true).status == 200)
        #expect(try client.isClosedByServer())
        #expect(sources.value == 0)
    }
}

/// Seconds of processor time that this process has taken.
private func processorTime() -> Double {
    var usage = rusage()
    getrusage(RUSAGE_SELF.rawValue, &usage)
    return Double(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec)
        + Double(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6
}
