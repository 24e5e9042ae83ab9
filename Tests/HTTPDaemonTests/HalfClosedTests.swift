import HTTPDaemon
import Testing

extension DaemonTests {
    /// The end may be seen before the request is, by whoever looks for ends.
    @Test func anEndThatComesWithTheFirstRequestOfAllIsNotLost() throws {
        for cut in 0..<30 {
            let daemon = try HTTPDaemon.make { _ in .accept(handle: echo) }
            let request = Array("GET / HTTP/1.1\r\nHost: x\r\n\r\n".utf8)
            let client = try daemon.connect()
            try client.send(Array(request[..<min(cut, request.count)]))
            try client.send(Array(request[min(cut, request.count)...]))
            client.endSending()
            #expect(try client.response().status == 200)
            #expect(try client.isClosedByServer())
        }
    }
}
