import Foundation
import HTTPDaemon
import Testing

extension DaemonTests {
    @Test func aGetIsAnsweredWithLengthAndDate() throws {
        let daemon = try HTTPDaemon.make { _ in .accept(handle: echo) }
        let response = try daemon.ask("GET /x HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(response.status == 200)
        #expect(response.text == "GET empty")
        #expect(response["Content-Length"] == "9")
        #expect(response["Content-Type"] == "text/plain")
        #expect(response["Date"]?.hasSuffix("GMT") == true)
    }

    @Test(arguments: ["/small", "/large", "/stream", "/file", "/empty"])
    func headAnswersWithTheHeadersOfGet(path: String) throws {
        let folder = try TemporaryFolder()
        try Data(count: 1000).write(to: URL(filePath: folder.path + "/f"))
        let daemon = try HTTPDaemon.make { head in
            .accept { _ in
                switch head.path[0] {
                case "small": .text("hello")
                case "large": HTTPResponse(status: 200, body: .bytes([UInt8](repeating: 1, count: 300_000)))
                case "stream": HTTPResponse(status: 200, body: .stream(.zeros(count: 200_000, length: 200_000)))
                case "file":
                    (try? ResponseFile(path: folder.path + "/f", range: 10..<500)).map {
                        HTTPResponse(status: 206, body: .file($0))
                    } ?? .text("no file", status: 500)
                default: HTTPResponse(status: 204)
                }
            }
        }
        let client = try daemon.connect()
        try client.send("GET \(path) HTTP/1.1\r\nHost: x\r\n\r\n")
        let get = try client.response()
        try client.send("HEAD \(path) HTTP/1.1\r\nHost: x\r\n\r\nGET \(path) HTTP/1.1\r\nHost: x\r\n\r\n")
        let head = try client.response(toHead: true)
        #expect(head.status == get.status)
        let compared = { (response: RawClient.Response) in
            response.headers.filter { !["Date", "X-Request-Id"].contains($0.name) }.map { "\($0.name): \($0.value)" }
        }
        #expect(compared(head) == compared(get))
        // The next answer starts where the head ended: no body was sent.
        #expect(try client.response().body == get.body)
        let sizes = ["/small": 5, "/large": 300_000, "/stream": 200_000, "/file": 490, "/empty": 0]
        #expect(get.body.count == sizes[path])
    }

    /// The length of such a body is known only once it is made, and for HEAD it is not made.
    @Test func headOfAStreamOfUnknownLengthHasNoBodyAndMakesNone() throws {
        let made = Counter()
        let daemon = try HTTPDaemon.make { _ in
            .accept { _ in
                HTTPResponse(
                    status: 200, headers: [("X-A", "1")], body: .stream(.zeros(count: 9, length: nil, made: made)))
            }
        }
        let client = try daemon.connect()
        try client.send("HEAD / HTTP/1.1\r\nHost: x\r\n\r\n")
        let head = try client.response(toHead: true)
        #expect(head.status == 200)
        #expect(head["X-A"] == "1")
        #expect(head["Content-Length"] == nil)
        #expect(try client.isClosedByServer())
        #expect(made.value == 0)
    }

    @Test(arguments: [204, 304]) func aStatusWithoutBodySendsNone(status: Int) throws {
        let daemon = try HTTPDaemon.make { head in
            .accept { _ in
                let bytes = [UInt8](repeating: 1, count: head.path == ["large"] ? 100_000 : 3)
                return HTTPResponse(
                    status: status,
                    body: head.path == ["chunks"] ? .stream(.zeros(count: 9, length: nil)) : .bytes(bytes))
            }
        }
        let client = try daemon.connect()
        for path in ["small", "large", "small", "chunks"] {
            try client.send("GET /\(path) HTTP/1.1\r\nHost: x\r\n\r\n")
            let response = try client.response()
            #expect(response.status == status)
            // A 304 tells the length that the body would have had; one of unknown length ends the connection.
            let length = ["small": "3", "large": "100000"][path]
            #expect(response["Content-Length"] == (status == 304 ? length : nil))
            #expect(response["Transfer-Encoding"] == nil)
        }
        if status == 304 { #expect(try client.isClosedByServer()) }
    }

    @Test func aConnectionServesManyRequests() throws {
        let daemon = try HTTPDaemon.make { head in
            head.path == ["no"] ? .refuse(.text("no", status: 404)) : .accept(bodyLimit: 100, handle: echo)
        }
        let client = try daemon.connect()
        for _ in 0..<3 {
            try client.send("POST / HTTP/1.1\r\nHost: x\r\n\r\n")
            #expect(try client.response().text == "POST empty")
            try client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n")
            #expect(try client.response().text == "POST empty")
            try client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc")
            #expect(try client.response().text == "POST bytes abc")
            try client.send("POST /no HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n")
            #expect(try client.response().status == 404)
            try client.send("DELETE /no HTTP/1.1\r\nHost: x\r\n\r\n")
            #expect(try client.response().status == 404)
        }
        try client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(try client.response().text == "GET empty")
        #expect(try client.response().text == "GET empty")
    }

    @Test func aHandlersBrokenResponseBecomesAFault() throws {
        let daemon = try HTTPDaemon.make { head in
            .accept { _ in
                switch head.path[0] {
                case "split": HTTPResponse(status: 200, headers: [("X-A", "a\r\nSet-Cookie: b")])
                case "length": HTTPResponse(status: 200, headers: [("content-length", "7")])
                case "name": HTTPResponse(status: 200, headers: [("X A", "1")])
                default: HTTPResponse(status: 99)
                }
            }
        }
        for path in ["split", "length", "name", "status"] {
            let response = try daemon.ask("GET /\(path) HTTP/1.1\r\nHost: x\r\n\r\n")
            #expect(response.status == 500, "\(path)")
            #expect(response["Set-Cookie"] == nil)
        }
    }

    @Test func twoHundredClientsAtOnceAreServed() throws {
        let daemon = try HTTPDaemon.make { head in
            .accept(bodyLimit: 100, execution: head.path == ["background"] ? .background : .immediate, handle: echo)
        }
        let clients = try (0..<200).map { _ in try daemon.connect() }
        for round in 0..<3 {
            for (index, client) in clients.enumerated() {
                let path = (index + round) % 2 == 0 ? "background" : "immediate"
                try client.send("POST /\(path) HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\n\(100 + index)")
            }
            for (index, client) in clients.enumerated() {
                #expect(try client.response().text == "POST bytes \(100 + index)")
            }
        }
        #expect(daemon.stop(grace: .seconds(30)) == 0)
    }

    @Test func itListensOnIPv6() throws {
        let daemon = try HTTPDaemon.make(host: "::1") { head in .accept { _ in .text(head.peerAddress) } }
        let client = try RawClient(port: daemon.port, host: "::1")
        try client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(try client.response().text == "::1")
    }

    @Test func theUnspecifiedIPv6AddressTakesIPv4Too() throws {
        let daemon = try HTTPDaemon.make(host: "::") { head in .accept { _ in .text(head.peerAddress) } }
        #expect(try daemon.ask("GET / HTTP/1.1\r\nHost: x\r\n\r\n").text == "127.0.0.1")
    }

    @Test func aPortInUseIsAClearError() throws {
        let daemon = try HTTPDaemon.make { _ in .accept(handle: echo) }
        #expect(throws: HTTPDaemonError.portInUse(host: "127.0.0.1", port: daemon.port)) {
            try HTTPDaemon.make(port: daemon.port) { _ in .accept(handle: echo) }
        }
        daemon.stop(grace: .zero)
        #expect(throws: Never.self) { try HTTPDaemon.make(port: daemon.port) { _ in .accept(handle: echo) } }
    }

    @Test func anImpossibleAddressIsAClearError() {
        #expect {
            try HTTPDaemon.make(host: "192.0.2.1") { _ in .accept(handle: echo) }
        } throws: { error in
            guard case .cannotListen = error as? HTTPDaemonError else { return false }
            return true
        }
        #expect {
            try HTTPDaemon.make(host: "no such host") { _ in .accept(handle: echo) }
        } throws: { error in
            guard case .unknownHost = error as? HTTPDaemonError else { return false }
            return true
        }
        #expect(throws: HTTPDaemonError.self) { try HTTPDaemon.make(port: 70_000) { _ in .accept(handle: echo) } }
    }

    @Test func curlGetsAndPosts() throws {
        let daemon = try HTTPDaemon.make { _ in .accept(bodyLimit: 10 << 20, execution: .background, handle: echo) }
        let url = "http://127.0.0.1:\(daemon.port)/a"
        #expect(try curl([url]) == "GET empty")
        #expect(try curl(["--data-binary", "abc", url]) == "POST bytes abc")
        #expect(try curl(["--head", url]).hasPrefix("HTTP/1.1 200 OK\r\n"))
        let body = [UInt8](repeating: UInt8(ascii: "z"), count: 3 << 20)
        // From standard input curl sends chunks, and asks whether it may.
        let answer = try curl(["--upload-file", "-", "--header", "Expect: 100-continue", url], input: body)
        #expect(answer.utf8.count == "PUT bytes ".utf8.count + body.count)
    }
}

extension ResponseStream {
    static func zeros(count: Int, length: Int?, made: Counter = Counter()) -> ResponseStream {
        ResponseStream(length: length) {
            var sent = 0
            return { buffer in
                let size = min(buffer.count, count - sent)
                if size == 0 { return .end }
                buffer.baseAddress?.initializeMemory(as: UInt8.self, repeating: 0, count: size)
                sent += size
                made.add(size)
                return .filled(size)
            }
        }
    }
}
