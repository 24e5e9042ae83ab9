import HTTPDaemon
import Testing

extension DaemonTests {
    /// What two servers could read differently, as raw bytes, with the answer's status and reason.
    private static let vectors: [(request: String, status: Int, reason: MalformedRequest)] = [
        (
            "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400,
            .contentLengthWithTransferEncoding
        ),
        (
            "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\nabcd", 400,
            .severalContentLengths
        ),
        (
            "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nContent-Length: 4\r\n\r\nabcd", 400,
            .severalContentLengths
        ),
        ("GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", 400, .severalHosts),
        ("GET / HTTP/1.1\r\nAccept: */*\r\n\r\n", 400, .missingHost),
        ("POST / HTTP/1.1\r\nHost: x\r\nContent-Length : 4\r\n\r\nabcd", 400, .invalidHeaderName),
        ("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n", 400, .invalidHeaderName),
        ("GET / HTTP/1.1\r\nHost: x\r\nX-A: a\rb\r\n\r\n", 400, .invalidHeaderValue),
        ("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\nabcd", 501, .unsupportedTransferEncoding),
        (
            "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 501,
            .unsupportedTransferEncoding
        ),
        (
            "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            501,
            .unsupportedTransferEncoding
        ),
        (
            "POST / HTTP/1.0\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400,
            .transferEncodingBeforeHTTP11
        ),
        ("GET /%00 HTTP/1.1\r\nHost: x\r\n\r\n", 400, .nulByte),
        ("GET /jobs\0/admin HTTP/1.1\r\nHost: x\r\n\r\n", 400, .nulByte),
        ("GET /%zz HTTP/1.1\r\nHost: x\r\n\r\n", 400, .invalidPercentEncoding),
        ("GET /%FF HTTP/1.1\r\nHost: x\r\n\r\n", 400, .invalidUTF8),
        ("GET /a b HTTP/1.1\r\nHost: x\r\n\r\n", 400, .invalidTarget),
        ("CONNECT a:1 HTTP/1.1\r\nHost: x\r\n\r\n", 400, .invalidTarget),
        ("G@T / HTTP/1.1\r\nHost: x\r\n\r\n", 400, .invalidMethod),
        ("GET * HTTP/1.1\r\nHost: x\r\n\r\n", 400, .invalidTarget),
        ("GET / HTTP/1.1\r\nHost: x\r\nX-A: a\r\n b\r\n\r\n", 400, .brokenLine),
        ("GET / HTTP/1.1\r\nHost: x\r\nX-A: a\r\n\tb: c\r\n\r\n", 400, .brokenLine),
        // libmicrohttpd writes the folded line over the value: the length is gone, or there is one.
        (
            "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 42\r\n  zzzz\r\n\r\n", 400, .brokenLine
        ),
        (
            "POST / HTTP/1.1\r\nHost: x\r\nContent-Len: 4\r\n gth\r\n\r\nabcd", 400, .brokenLine
        ),
        ("GET / HTTP/1.1\r\nHost: x\r\nX-A: a\r\n \r\n\r\n", 400, .brokenLine),
        ("GET / HTTP/1.1\nHost: x\r\n\r\n", 400, .brokenLine),
        ("GET / HTTP/1.1\r\nHost: x\n\r\n", 400, .brokenLine),
        ("GET / HTTP/1.1\r\nHost: x\r\n\n", 400, .brokenLine),
        ("GET / HTTP/1.1\r\nHost: x\nX-A: a\r\n\r\n", 400, .brokenLine),
        ("GET / HTTP/1.1\r\nHost: x\r\nX-A: a\0b\r\n\r\n", 400, .brokenLine),
        ("GET  / HTTP/1.1\r\nHost: x\r\n\r\n", 400, .brokenLine),
        ("GET / HTTP/1.1\r\nHost: a b\r\n\r\n", 400, .invalidHost),
        ("GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", 400, .invalidHost),
        ("GET / HTTP/1.1\r\nHost: a, b\r\n\r\n", 400, .invalidHost),
        (
            "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked \r\n\r\n0\r\n\r\n", 501,
            .unsupportedTransferEncoding
        ),
        ("GET /\(String(repeating: "a", count: 8192)) HTTP/1.1\r\nHost: x\r\n\r\n", 414, .targetTooLong),
        (
            "GET / HTTP/1.1\r\nHost: x\r\nX-A: \(String(repeating: "a", count: 17_000))\r\n\r\n", 431, .headersTooLarge
        ),
        ("POST / HTTP/1.1\r\nHost: x\r\nExpect: 200-ok\r\nContent-Length: 2\r\n\r\n{}", 417, .unknownExpectation),
    ]

    @Test(arguments: vectors)
    func aMalformedRequestIsAnsweredAndTheConnectionClosed(
        request: String, status: Int, reason: MalformedRequest
    ) throws {
        let routed = Counter()
        let daemon = try HTTPDaemon.make { _ in
            routed.add()
            return .accept(bodyLimit: 100, handle: echo)
        }
        let client = try daemon.connect()
        // The request behind it is the one that a smuggler would like to see answered.
        try client.send(request + "GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n")
        let response = try client.response()
        #expect(response.status == status)
        #expect(response.text == "malformed(HTTPDaemon.MalformedRequest.\(reason))")
        #expect(response["Connection"] == "close")
        #expect(try client.isClosedByServer())
        #expect(routed.value == 0)
        #expect(daemon.stop(grace: .seconds(30)) == 0)
    }

    /// What two servers could take for a part of the request, or for the next one; libmicrohttpd takes all of it.
    private static let uncertain =
        [
            "CONNECT / HTTP/1.1\r\nHost: x\r\n\r\n", "CONNECT /?a=b HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n",
        ] + uncertainChunks
    private static let uncertainChunks = [
        chunked + "3\r\nabc\r\n0\r\n\r\n", chunked + "3;a=b\nabc\n0\n\n", chunked + "3;a\rb\nabc\r\n0\r\n\r\n",
        chunked + "0\r\nX: a\rb\r\n\r\n", chunked + "0\r\nX: a\n\r\n",
    ]
    private static let chunked = "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"

    @Test(arguments: uncertain.map { ($0, HandlerExecution?.none) } + uncertainChunks.map { ($0, .background) })
    func aRequestWhoseEndIsUncertainIsTheLast(request: String, execution: HandlerExecution?) throws {
        let routed = Counter()
        let daemon = try HTTPDaemon.make { _ in
            routed.add()
            guard let execution else { return .refuse(.text("no", status: 405)) }
            return .accept(bodyLimit: 100, execution: execution, handle: echo)
        }
        let client = try daemon.connect()
        try client.send(request + "GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n")
        let response = try client.response()
        #expect(response.status == (execution == nil ? 405 : 200))
        #expect(response["Connection"] == "close")
        #expect(try client.isClosedByServer())
        #expect(routed.value == 1)
    }

    /// However the bytes come, the head is seen as whole.
    @Test(arguments: [1, 2, 7, 1000]) func aHeadMayComeInPieces(size: Int) throws {
        let daemon = try HTTPDaemon.make { head in
            .accept { _ in .text("\(head.headers.fields.count) \(head.headers["X-9"] ?? "")") }
        }
        let client = try daemon.connect()
        let fields = (0..<20).map {
            "X-\($0):\(String(repeating: " ", count: $0))\(String(repeating: "v", count: $0 * 11))\r\n"
        }
        let request = Array(
            "\r\nGET / HTTP/1.1\r\nHost: x\r\n\(fields.joined())Empty:\r\nCookie: a=b; c=d\r\n\r\n".utf8)
        for _ in 0..<3 {
            for start in stride(from: 0, to: request.count, by: size) {
                try client.send(Array(request[start..<min(start + size, request.count)]))
            }
            #expect(try client.response().text == "23 \(String(repeating: "v", count: 99))")
        }
    }

    /// These libmicrohttpd refuses by itself.
    @Test(arguments: ["-1", "+4", "4x", "4, 4", "0x4", "99999999999999999999"])
    func aContentLengthThatIsNoNumberIsRefused(value: String) throws {
        let routed = Counter()
        let daemon = try HTTPDaemon.make { _ in
            routed.add()
            return .accept(bodyLimit: 100, handle: echo)
        }
        let client = try daemon.connect()
        try client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: \(value)\r\n\r\n")
        let status = try client.head().status
        #expect(status == 400 || status == 413)
        #expect(routed.value == 0)
    }

    @Test func anHTTP10RequestNeedsNoHost() throws {
        let daemon = try HTTPDaemon.make { _ in .accept(handle: echo) }
        let client = try daemon.connect()
        try client.send("GET / HTTP/1.0\r\n\r\n")
        #expect(try client.response().status == 200)
        #expect(try client.isClosedByServer())
    }

    @Test func theRouteSeesDecodedSegments() throws {
        let daemon = try HTTPDaemon.make { head in
            .accept { _ in .text("\(head.path) \(head.query.map(\.value)) \(head.target) \(head.peerAddress)") }
        }
        let response = try daemon.ask("GET /a%2Fb/%2e%2e?q=x%26+y HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(response.text == #"["a/b", ".."] ["x& y"] /a%2Fb/%2e%2e?q=x%26+y 127.0.0.1"#)
    }
}
