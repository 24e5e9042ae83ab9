import HTTPDaemon
import Testing

struct HTTPRequestHeadTests {
    @Test(arguments: [
        ("/", []), ("/v1/jobs", ["v1", "jobs"]), ("/v1/jobs/", ["v1", "jobs", ""]), ("//a", ["", "a"]),
        ("/a%2Fb/c", ["a/b", "c"]), ("/%2e%2e/x", ["..", "x"]), ("/a%252Fb", ["a%2Fb"]), ("/a+b", ["a+b"]),
        ("/%C3%A4", ["ä"]), ("http://example.org/a?b=c", ["a"]), ("HTTP://example.org", []),
        ("http://[::1]:8080?a=b", []),
    ])
    func thePathIsSplitBeforeItIsDecodedOnce(target: String, path: [String]) throws {
        #expect(try HTTPRequestHead(method: "GET", target: target).path == path)
    }

    @Test func theQueryIsSplitBeforeItIsDecoded() throws {
        let head = try HTTPRequestHead(method: "GET", target: "/j?a=1&b+c=d%26e+f&empty=&flag&&a=2%3D=3")
        #expect(
            head.query == [
                QueryParameter(name: "a", value: "1"), QueryParameter(name: "b c", value: "d&e f"),
                QueryParameter(name: "empty", value: ""), QueryParameter(name: "flag", value: ""),
                QueryParameter(name: "a", value: "2==3"),
            ])
    }

    @Test(arguments: [
        ("/a%00b", MalformedRequest.nulByte), ("/?q=%00", .nulByte), ("/%", .invalidPercentEncoding),
        ("/%2", .invalidPercentEncoding), ("/%zz", .invalidPercentEncoding), ("/?a=%1", .invalidPercentEncoding),
        ("/%FF", .invalidUTF8), ("/?%C3=1", .invalidUTF8), ("/%ED%A0%80", .invalidUTF8), ("a/b", .invalidTarget),
        ("", .invalidTarget), ("/a b", .invalidTarget), ("/a#b", .invalidTarget), ("/a\u{7}", .invalidTarget),
        ("http://", .invalidTarget), ("ftp://x/", .invalidTarget), ("http://?a=b", .invalidTarget),
        ("http://:80/a", .invalidTarget),
        ("http:// /a", .invalidTarget), ("http://a b/c", .invalidTarget), ("http://a#b", .invalidTarget),
        ("http://user@a/b", .invalidTarget), ("http://a\u{7}/b", .invalidTarget),
    ])
    func aBrokenTargetIsRefused(target: String, reason: MalformedRequest) {
        #expect(throws: reason) { try HTTPRequestHead(method: "GET", target: target) }
    }

    @Test func headersAreFoundWithoutRegardToCaseAndInOrder() throws {
        let head = try HTTPRequestHead(
            method: "GET", target: "/", headers: ["host": "x", "X-A": "1", "x-a": "2", "Content-Length": "12"])
        #expect(head.headers["HOST"] == "x")
        #expect(head.headers.fields.filter { $0.name.lowercased() == "x-a" }.map(\.value) == ["1", "2"])
        #expect(head.headers["X-AA"] == nil)
        #expect(head.contentLength == 12)
    }

    @Test func headersRoutesLikeGet() throws {
        #expect(try HTTPRequestHead(method: "HEAD", target: "/").routedMethod == "GET")
        #expect(try HTTPRequestHead(method: "PUT", target: "/").routedMethod == "PUT")
    }

    @Test(arguments: MalformedRequest.allCases)
    func everyReasonHasAStatusAndASentence(reason: MalformedRequest) {
        let others: [MalformedRequest: Int] = [
            .unsupportedTransferEncoding: 501, .targetTooLong: 414, .headersTooLarge: 431, .unknownExpectation: 417,
        ]
        #expect(reason.status == others[reason] ?? 400)
        #expect(reason.detail.hasSuffix("."))
    }
}
