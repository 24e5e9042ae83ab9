import Foundation
import HTTPDaemon
import Synchronization
import Testing

extension DaemonTests {
    @Test func aBackgroundHandlerDoesNotHoldUpOthers() throws {
        let gate = Gate()
        let daemon = try HTTPDaemon.make { head in
            guard head.path == ["slow"] else { return .accept(handle: echo) }
            return .accept(execution: .background) { _ in
                gate.wait()
                return .text("slow")
            }
        }
        let slow = try (0..<8).map { _ in try daemon.connect() }
        for client in slow { try client.send("GET /slow HTTP/1.1\r\nHost: x\r\n\r\n") }
        for _ in 0..<20 { #expect(try daemon.ask("GET / HTTP/1.1\r\nHost: x\r\n\r\n").status == 200) }
        gate.open()
        for client in slow { #expect(try client.response().text == "slow") }
    }

    @Test func aStopWaitsForARequestInFlightButNotForIdleConnections() throws {
        let gate = Gate()
        let begun = Gate()
        let daemon = try HTTPDaemon.make { head in
            guard head.path == ["slow"] else { return .accept(handle: echo) }
            return .accept(execution: .background) { _ in
                begun.open()
                gate.wait()
                return .text("slow")
            }
        }
        let silent = try daemon.connect()
        let idle = try daemon.connect()
        try idle.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(try idle.response().status == 200)
        let late = try daemon.connect()
        try late.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(try late.response().status == 200)
        let slow = try daemon.connect()
        try slow.send("GET /slow HTTP/1.1\r\nHost: x\r\n\r\n")
        begun.wait()

        let cut = Mutex<Int?>(nil)
        let stopped = Gate()
        Thread.detachNewThread {
            let count = daemon.stop(grace: .seconds(3600))
            cut.withLock { $0 = count }
            stopped.open()
        }
        while (try? daemon.connect()) != nil {}
        try late.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        let last = try late.response()
        #expect(last.status == 200)
        #expect(last["Connection"] == "close")
        #expect(cut.withLock { $0 } == nil)
        gate.open()
        let response = try slow.response()
        #expect(response.text == "slow")
        #expect(response["Connection"] == "close")
        stopped.wait()
        #expect(cut.withLock { $0 } == 0)
        #expect(try silent.isClosedByServer())
        #expect(try idle.isClosedByServer())
        #expect(daemon.stop(grace: .zero) == 0)
    }

    @Test func aHandlerThatIsLateIsAnsweredForAtTheStop() throws {
        let gate = Gate()
        let begun = Gate()
        let ended = Gate()
        let routed = Counter()
        let daemon = try HTTPDaemon.make { _ in
            routed.add()
            if routed.value == 10 { begun.open() }
            return .accept(execution: .background) { _ in
                gate.wait()
                ended.open()
                return .text("late")
            }
        }
        let clients = try (0..<10).map { _ in try daemon.connect() }
        for client in clients { try client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n") }
        begun.wait()
        let cut = daemon.stop(grace: .milliseconds(200))
        #expect(cut == 10)
        for client in clients { #expect(try client.response().status == 503) }
        gate.open()
        ended.wait()
    }

    @Test func anUploadThatNeverEndsIsCutAtTheStop() throws {
        let folder = try TemporaryFolder()
        let begun = Gate()
        let daemon = try HTTPDaemon.make { _ in
            begun.open()
            return .accept(bodyLimit: 1000, storage: .spool(directory: folder.path), handle: echo)
        }
        let client = try daemon.connect()
        try client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nabc")
        begun.wait()
        #expect(daemon.stop(grace: .milliseconds(50)) == 1)
        #expect(try folder.entries.isEmpty)
    }

    /// A connection that is suspended when the daemon stops aborts the process: here as many as possible come close.
    @Test func stoppingUnderLoadIsSafe() throws {
        for round in 0..<20 {
            let daemon = try HTTPDaemon.make { _ in .accept(bodyLimit: 10, execution: .background, handle: echo) }
            let clients = try (0..<50).map { _ in try daemon.connect() }
            for client in clients { try client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nab") }
            daemon.stop(grace: .microseconds(round * 100))
        }
    }

    /// Whoever was let in just before is not left standing.
    @Test func aConnectionThatWasJustAcceptedIsServedAtTheStop() throws {
        for _ in 0..<20 {
            let daemon = try HTTPDaemon.make { _ in .accept(handle: echo) }
            // Its answer says that the acceptor has taken all that came before it.
            let client = try daemon.connect()
            #expect(try daemon.ask("GET / HTTP/1.1\r\nHost: x\r\n\r\n").status == 200)
            let stop = BackgroundTask { daemon.stop(grace: .seconds(3600)) }
            while (try? daemon.connect()) != nil {}
            try client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            #expect(try client.response().status == 200)
            stop.wait()
        }
    }

    @Test func aDaemonThatIsDroppedStops() throws {
        let descriptors = try openDescriptors()
        for _ in 0..<10 {
            var daemon: HTTPDaemon? = try HTTPDaemon.make { _ in .accept(handle: echo) }
            #expect(try daemon?.ask("GET / HTTP/1.1\r\nHost: x\r\n\r\n").status == 200)
            daemon = nil
        }
        #expect(try openDescriptors() == descriptors)
    }
}
