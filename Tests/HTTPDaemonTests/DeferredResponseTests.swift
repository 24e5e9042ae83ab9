import Foundation
import HTTPDaemon
import Synchronization
import Testing

extension DaemonTests {
    /// Handles of deferred answers, in the order of their requests' starts.
    private final class Answers: Sendable {
        private let started = Mutex<[DeferredAnswer]>([])
        private let arrivals = DispatchSemaphore(value: 0)

        func add(_ answer: DeferredAnswer) {
            started.withLock { $0.append(answer) }
            arrivals.signal()
        }

        func next() -> DeferredAnswer {
            arrivals.wait()
            return started.withLock { $0.removeFirst() }
        }

        func response(limit: Duration = .seconds(3600)) -> HTTPResponse {
            .deferred(DeferredResponse(limit: limit, expired: { .text("expired") }) { [self] in add($0) })
        }
    }

    @Test(arguments: [HandlerExecution.immediate, .background], ["", "half-closed"])
    func anAnswerMayComeLaterFromAnyThread(execution: HandlerExecution, end: String) throws {
        let answers = Answers()
        let daemon = try HTTPDaemon.make { _ in .accept(execution: execution) { _ in answers.response() } }
        // Many more than there are background threads: none waits on one.
        let clients = try (0..<100).map { _ in try daemon.connect() }
        for client in clients {
            try client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            if !end.isEmpty { client.endSending() }
        }
        let handles = clients.map { _ in answers.next() }
        Thread.detachNewThread {
            for handle in handles { handle.send(.text("later", status: 201)) }
        }
        for client in clients {
            let response = try client.response()
            #expect(response.status == 201)
            #expect(response.text == "later")
        }
        #expect(handles.allSatisfy { !$0.send(.text("twice")) })
        if end.isEmpty {
            try clients[0].send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            #expect(answers.next().send(.text("again")))
            #expect(try clients[0].response().text == "again")
        }
        #expect(daemon.stop(grace: .seconds(30)) == 0)
    }

    @Test func aDeferredAnswerThatDoesNotComeIsMadeWhenItsTimeIsUp() throws {
        let answers = Answers()
        let daemon = try HTTPDaemon.make { head in
            .accept { _ in answers.response(limit: head.path == ["short"] ? .milliseconds(30) : .seconds(3600)) }
        }
        let long = try daemon.connect()
        try long.send("GET /long HTTP/1.1\r\nHost: x\r\n\r\n")
        let awaited = answers.next()
        #expect(try daemon.ask("GET /short HTTP/1.1\r\nHost: x\r\n\r\n").text == "expired")
        #expect(!answers.next().send(.text("too late")))
        #expect(awaited.send(.text("in time")))
        #expect(try long.response().text == "in time")
    }

    @Test func aStopAnswersWhatIsDeferredAtOnce() throws {
        for round in 0..<10 {
            let answers = Answers()
            let daemon = try HTTPDaemon.make { _ in
                .accept(execution: round % 2 == 0 ? .background : .immediate) { _ in answers.response() }
            }
            let clients = try (0..<50).map { _ in try daemon.connect() }
            for client in clients { try client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n") }
            let handles = clients.map { _ in answers.next() }
            #expect(daemon.stop(grace: .seconds(3600)) == 0)
            for client in clients { #expect(try client.response().text == "expired") }
            #expect(handles.allSatisfy { !$0.send(.text("too late")) })
        }
    }

    @Test func answeringWhileTheDaemonStopsIsSafe() throws {
        for round in 0..<20 {
            let answers = Answers()
            let daemon = try HTTPDaemon.make { _ in .accept { _ in answers.response(limit: .milliseconds(1)) } }
            let clients = try (0..<30).map { _ in try daemon.connect() }
            for client in clients { try client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n") }
            let handles = clients.map { _ in answers.next() }
            Thread.detachNewThread { for handle in handles { handle.send(.text("now")) } }
            daemon.stop(grace: .microseconds(round * 100))
        }
    }

    @Test func anAnswerThatIsDeferredOnceMoreIsAFault() throws {
        let answers = Answers()
        let daemon = try HTTPDaemon.make { _ in .accept { _ in answers.response() } }
        let client = try daemon.connect()
        try client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        answers.next().send(answers.response())
        #expect(try client.response().status == 500)
    }

    @Test func aMappedDeferredAnswerIsChangedWhicheverWayItComes() throws {
        let answers = Answers()
        let daemon = try HTTPDaemon.make { head in
            .accept { _ in
                let limit = head.path == ["short"] ? Duration.zero : .seconds(3600)
                guard case .deferred(let deferred) = answers.response(limit: limit).body else { return .text("?") }
                return .deferred(
                    deferred.map { response in
                        var response = response
                        response.headers.append(("X-Changed", "yes"))
                        return response
                    })
            }
        }
        let expired = try daemon.ask("GET /short HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(expired.text == "expired" && expired["X-Changed"] == "yes")
        _ = answers.next()
        let client = try daemon.connect()
        try client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        answers.next().send(.text("given"))
        let given = try client.response()
        #expect(given.text == "given" && given["X-Changed"] == "yes")
    }
}
