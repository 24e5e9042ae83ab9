import HTTPDaemon
import Synchronization
import Testing

@Suite struct RequestNameTests {
    private let parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

    private func state(_ values: String...) -> String? {
        let fields = values.map { HTTPHeaders.Field(name: "tracestate", value: $0) }
        return TraceContext(HTTPHeaders([.init(name: "traceparent", value: parent)] + fields))?.state
    }

    @Test func idsAreShortAndNeverTheSame() throws {
        let ids = try (0..<10_000).map { _ in try HTTPRequestHead(method: "GET", target: "/").record.id }
        #expect(Set(ids).count == ids.count)
        #expect(ids.allSatisfy { $0.utf8.count == 15 })
    }

    @Test func theTraceStateIsKeptAsW3CHasIt() {
        #expect(state("a=1") == "a=1")
        #expect(state("a=1, b=2\t,, c@d/e*=x y") == "a=1,b=2,c@d/e*=x y")
        #expect(state("a=1", "b=2") == "a=1,b=2")
        #expect(state((1...32).map { "k\($0)=v" }.joined(separator: ",")) != nil)
    }

    @Test(arguments: ["", ",", "a", "=1", "a=", "A=1", "a=1,a=2", "a=b=c", "a=\u{1}", "a=ü", "-a=1", "a b=1"])
    func whatIsNoneIsLeftOut(text: String) {
        #expect(state(text) == nil)
    }

    @Test func tooMuchOfItIsLeftOut() {
        #expect(state((1...33).map { "k\($0)=v" }.joined(separator: ",")) == nil)
        #expect(state("a=" + String(repeating: "x", count: 256)) != nil)
        #expect(state("a=" + String(repeating: "x", count: 256), "b=" + String(repeating: "x", count: 256)) == nil)
    }

    @Test func aTraceHasOneParent() {
        let field = HTTPHeaders.Field(name: "traceparent", value: parent)
        #expect(TraceContext(HTTPHeaders([field]))?.traceID == "0af7651916cd43dd8448eb211c80319c")
        #expect(TraceContext(HTTPHeaders([field, field])) == nil)
        #expect(TraceContext(HTTPHeaders()) == nil)
    }
}

extension DaemonTests {
    @Test func everyRequestIsObservedOnceWithWhatCameOfIt() throws {
        let seen = Mutex<[RequestSummary]>([])
        let configuration = HTTPDaemonConfiguration(
            listening: .address(host: "127.0.0.1", port: 0), fault: { fault, _ in HTTPResponse(status: fault.status) },
            observe: { summary in seen.withLock { $0.append(summary) } })
        let daemon = try HTTPDaemon(configuration: configuration) { head in
            head.record.route = 7
            return .accept(bodyLimit: 100, handle: echo)
        }
        _ = try daemon.ask(
            "POST /x HTTP/1.1\r\nHost: x\r\nX-Request-Id: one\r\nContent-Length: 3\r\nConnection: close\r\n\r\nabc")
        _ = try daemon.ask("GET /y HTTP/1.1\r\nHost: x\r\nHost: y\r\nX-Request-Id: two\r\n\r\n")
        _ = try daemon.ask("HEAD /z HTTP/1.1\r\nHost: x\r\nX-Request-Id: three\r\nConnection: close\r\n\r\n")
        daemon.stop(grace: .seconds(5))
        let all = Dictionary(uniqueKeysWithValues: seen.withLock { $0 }.map { ($0.record.id, $0) })
        #expect(all.count == 3)
        let (one, two, three) = (try #require(all["one"]), try #require(all["two"]), try #require(all["three"]))
        #expect(one.status == 200 && one.bytesReceived == 3 && one.bytesSent == "POST bytes abc".utf8.count)
        #expect(one.record.route == 7 && one.isComplete && one.nanoseconds > 0)
        #expect(two.status == 400 && two.head == nil && two.record.route == nil && two.peerAddress == "127.0.0.1")
        #expect(three.status == 200 && three.bytesSent == 0)
    }

    @Test func anAnswerNamesItsRequest() throws {
        let daemon = try HTTPDaemon.make { _ in
            .answer(HTTPResponse(status: 200, body: .naming { Array("for \($0)".utf8) }))
        }
        let answer = try daemon.ask("GET / HTTP/1.1\r\nHost: x\r\nX-Request-Id: me\r\nConnection: close\r\n\r\n")
        #expect(String(decoding: answer.body, as: UTF8.self) == "for me")
        daemon.stop(grace: .seconds(5))
    }
}
