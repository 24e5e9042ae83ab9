import JSONDocument
import Testing

@Suite struct JSONDocumentTests {
    private func root(_ text: String) throws -> JSONNode { try JSONDocument.parse(Array(text.utf8)).root }

    @Test func everyKindIsToldApart() throws {
        let kinds = try root("[{}, [], \"a\", 1, -1, 1.5, 18446744073709551615, true, false, null]").elements.map(
            \.kind)
        #expect(
            kinds == [.object, .array, .string, .number, .number, .number, .number, .boolean, .boolean, .null])
    }

    @Test func scalarsAreRead() throws {
        let node = try root(
            "{\"s\": \"h\\u00e9\\n\\\"\", \"i\": -7, \"u\": 18446744073709551615, \"d\": 3.0, \"t\": true}")
        #expect(node["s"]?.string == "hé\n\"")
        #expect(node["i"]?.integer == -7)
        #expect(node["u"]?.unsigned == .max)
        #expect(node["u"]?.integer == nil)
        #expect(node["d"]?.integer == 3)
        #expect(node["i"]?.unsigned == nil)
        #expect(node["t"]?.boolean == true)
        #expect(node["none"] == nil)
        #expect(node["s"]?.number == nil)
    }

    @Test func theLastOfTwoMembersWins() throws {
        #expect(try root("{\"a\": 1, \"a\": 2}")["a"]?.integer == 2)
    }

    @Test func nestingAMillionDeepIsASyntaxError() {
        for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
            let text = String(repeating: open, count: 1_000_000) + "1" + String(repeating: close, count: 1_000_000)
            #expect(throws: JSONSyntaxError.self) { try root(text) }
        }
        #expect(throws: JSONSyntaxError.self) { try root(String(repeating: "[", count: 1_000_000)) }
    }

    @Test func nestingUpToTheLimitIsRead() throws {
        let depth = JSONDocument.depthLimit - 1
        let text = String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        var node = try root(text)
        var seen = 1
        while let inner = node.elements.first(where: { _ in true }) {
            node = inner
            seen += 1
        }
        #expect(seen == depth)
    }

    @Test(arguments: [
        "", " ", "{", "[1,]", "{\"a\" 1}", "nul", "1 2", "\"\u{1}\"", "[1e]", "[-]", "[1e999, 01]", "'a'", "[01]",
        "NaN",
    ])
    func whatIsNotJSONIsRefused(_ text: String) {
        #expect(throws: JSONSyntaxError.self) { try root(text) }
    }

    @Test(arguments: [
        ("[18446744073709551616]", [18_446_744_073_709_551_616.0]), ("[-99999999999999999999, 1]", [-1e20, 1]),
        ("[1, \"123456789012345678901\\\"2\", 1e5]", [1, nil, 1e5]), ("[1e999, -1e999, 2]", [nil, nil, 2]),
    ])
    func numbersOfAnySizeAreReadWhereTheyFit(_ text: String, _ expected: [Double?]) throws {
        #expect(try root(text).elements.map(\.number) == expected)
    }

    @Test func aNumberBeyondDoublesIsNoNumber() throws {
        let node = try #require(root("[1e999]").elements.first { _ in true })
        #expect(node.kind == .oversized)
        #expect(node.number == nil && node.string == nil && node.integer == nil)
        #expect(describe(node) == "a number beyond double precision")
        let largest = try #require(root("[1.7976931348623157e308]").elements.first { _ in true })
        #expect(largest.number == .greatestFiniteMagnitude)
        #expect(try root("[18446744073709551616]").elements.first { _ in true }?.unsigned == nil)
    }

    @Test func invalidUTF8IsRefused() {
        #expect(throws: JSONSyntaxError.self) { try JSONDocument.parse([0x22, 0xFF, 0x22]) }
    }

    @Test func longArraysAreCountedBeyondTheTapesOwnCount() throws {
        let count = 0xFF_FFFF + 10
        var text = [UInt8("[".utf8.first!)]
        text.reserveCapacity(count * 2 + 2)
        for _ in 0..<count { text += "1,".utf8 }
        text[text.count - 1] = UInt8(ascii: "]")
        #expect(try JSONDocument.parse(text).root.count == count)
    }

    @Test func numberRowsAreCopied() throws {
        let node = try root("[[1, null, 2.5], [1, \"a\"], [1, 2, 3, 4]]")
        var buffer = [Double](repeating: 0, count: 3)
        let rows = node.elements.map { row in buffer.withUnsafeMutableBufferPointer { row.copyNumbers(into: $0) } }
        guard case .copied(count: 3, nulls: 1) = rows[0] else { return #expect(Bool(false), "\(rows[0])") }
        guard case .notANumber(position: 1, kind: .string) = rows[1] else { return #expect(Bool(false), "\(rows[1])") }
        guard case .tooLong(count: 4) = rows[2] else { return #expect(Bool(false), "\(rows[2])") }
    }
}
