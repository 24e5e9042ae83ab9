import HTTPDaemon
import Testing
import TrainingAPI

struct RequestedRangeTests {
    @Test(arguments: [
        ("bytes=0-", 0..<10), ("bytes=0-0", 0..<1), ("bytes=9-", 9..<10), ("bytes=3-5", 3..<6), ("bytes=3-99", 3..<10),
        ("bytes=-1", 9..<10), ("bytes=-10", 0..<10), ("bytes=-99", 0..<10), ("Bytes=0-1", 0..<2),
        ("bytes= 1-2 ", 1..<3), ("bytes=,1-2,", 1..<3), ("bytes=0-99999999999999999999999", 0..<10),
        ("bytes=-99999999999999999999999", 0..<10), ("bytes=007-8", 7..<9),
    ])
    func aRangeNamesAPart(text: String, part: Range<Int>) throws {
        #expect(try #require(RequestedRange(text)).part(of: 10) == part)
    }

    @Test(arguments: [
        "bytes=10-", "bytes=10-20", "bytes=-0", "bytes=99999999999999999999999-", "bytes=11-99999999999999999999",
    ])
    func aRangeOutsideOfTheDocumentHasNoPart(text: String) throws {
        #expect(try #require(RequestedRange(text)).part(of: 10) == nil)
    }

    @Test(arguments: [
        "", "bytes", "bytes=", "bytes=-", "bytes=,", "bytes=5-3", "bytes=a-b", "bytes=0-b", "bytes=a-", "bytes=-a",
        "bytes=1",
        "bytes=0-1,3-4", "bytes=0-1, -1", "bytes=--1", "bytes=1--2", "bytes=+1-2", "bytes=0x1-2", "bytes=1-2-3",
        "items=0-1",
        "bytes 0-1", "bytes=0 - 1", "bytes=0-1 2", "bytes=１-2", "=0-1", "bytes==0-1", "bytes=1.5-2",
    ])
    func whatIsMalformedOrOfSeveralPartsAsksForTheWhole(text: String) {
        #expect(RequestedRange(text) == nil)
    }

    @Test func aPartIsGivenOfTheDocumentThatTheClientKnowsAndLacks() throws {
        let tag = EntityTag(text: "\"abc\"")
        func range(_ headers: [(String, String)], method: String = "GET") throws -> RequestedRange? {
            let fields = ([("Host", "x")] + headers).map { HTTPHeaders.Field(name: $0.0, value: $0.1) }
            return RequestedRange(
                try HTTPRequestHead(method: method, target: "/", headers: HTTPHeaders(fields)), of: tag)
        }
        let asked = ("Range", "bytes=1-2")
        #expect(try range([]) == nil)
        #expect(try range([asked]) == .between(1, 2))
        #expect(try range([("range", "bytes=1-2")]) == .between(1, 2))
        #expect(try range([asked], method: "HEAD") == nil)
        #expect(try range([asked, asked]) == nil)
        #expect(try range([asked, ("If-Range", "\"abc\"")]) == .between(1, 2))
        for other in ["\"abd\"", "W/\"abc\"", "abc", "*", "Fri, 27 Nov 2026 19:00:00 GMT", "\"abc\", \"x\""] {
            #expect(try range([asked, ("If-Range", other)]) == nil)
        }
        #expect(try range([asked, ("If-None-Match", "\"abc\"")]) == nil)
        #expect(try range([asked, ("If-None-Match", "\"abd\"")]) == .between(1, 2))
    }
}
