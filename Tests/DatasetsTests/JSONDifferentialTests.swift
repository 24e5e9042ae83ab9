import Datasets
import JSONDocument
import Testing

/// The reader of JSON texts against its naive twin, on random documents and on what is left of them after some bytes
/// were changed.
@Suite struct JSONDifferentialTests {
    /// What reading comes to, in a form that can be compared.
    private enum Outcome: Equatable {
        case table(TableSchema, [[UInt64]], isFloat32: Bool)
        case faults([String])
        case syntax(String)
    }

    private func outcome(_ body: () throws -> Outcome) throws -> Outcome {
        do {
            return try body()
        } catch IngestionError.faults(let faults) {
            return .faults(faults.all.map { "\($0.pointer): \($0.detail)" })
        } catch let faults as Faults {
            return .faults(faults.all.map { "\($0.pointer): \($0.detail)" })
        } catch let error as JSONSyntaxError {
            return .syntax(error.description)
        }
    }

    private func expectTwins(_ text: [UInt8], _ fixture: TableFixture, _ limits: DatasetLimits) throws {
        let expected = try outcome {
            let table = try NaiveTable(text, limits: limits)
            let isFloat32 = table.rows.allSatisfy { $0.allSatisfy { $0.isNaN || Double(Float($0)) == $0 } }
            return .table(table.schema, bits(table.rows), isFloat32: isFloat32)
        }
        let found = try outcome {
            let table = try fixture.json(text)
            defer { try? fixture.store.remove(table.hash) }
            return .table(table.schema, bits(try fixture.rows(table)), isFloat32: table.element == .float32)
        }
        #expect(found == expected, "\(String(decoding: text.prefix(2000), as: UTF8.self))")
    }

    @Test(arguments: 0..<4)
    func randomDocumentsAndTheirRuinsAreReadAlike(_ part: Int) throws {
        var random = SystemRandomNumberGenerator()
        var limits = DatasetLimits()
        limits.cells = 60
        limits.columns = 8
        limits.categoriesPerColumn = 4
        limits.textBytes = 12
        let fixture = try TableFixture(limits: limits)
        for _ in 0..<1500 {
            var maker = DocumentMaker(random: random)
            let text = Array(maker.document().utf8)
            random = maker.random
            try expectTwins(text, fixture, limits)
            for _ in 0..<3 { try expectTwins(maker.ruined(text), fixture, limits) }
        }
        #expect(try fixture.files().isEmpty)
    }

    @Test func longRowsOfNumbersAreReadAlike() throws {
        var random = SystemRandomNumberGenerator()
        let limits = DatasetLimits()
        let fixture = try TableFixture()
        for _ in 0..<150 {
            var maker = DocumentMaker(random: random)
            let width = Int.random(in: 1...60, using: &random)
            let rows = (0..<Int.random(in: 1...40, using: &random)).map { _ in
                "[" + (0..<width).map { _ in maker.number() }.joined(separator: maker.comma) + "]"
            }
            try expectTwins(Array(("[" + rows.joined(separator: maker.comma) + "]").utf8), fixture, limits)
        }
    }

    @Test(arguments: [
        "", " \n", "[", "{", "[[1]", "[[1]]]", "[[1]] x", "[[1],]", "[[1,]]", "[[,1]]", "[[1 2]]",
        "{\"x\":[[1]],\"y\":[1]",
        "[[\"a]]", "[[\"\u{1}\"]]", "[[1]]\"", "[[\\\"1]]", "[[1]]\u{0}", "[[01]]", "[[1.]]", "[[.5]]", "[[+1]]",
        "[[-]]", "[[1e]]", "[[1e+]]", "[[1.e3]]", "[[0x10]]", "[[truE]]", "[[falsee]]", "[[nul]]", "[[tru", "[[NaN]]",
        "{\"x\" [[1]]}", "{x: 1}", "{\"a\":1,}", "[{\"a\":1}{\"a\":2}]", "[{\"a\":\"\\x\"}]", "[{\"a\":\"\\ud800\"}]",
        "[[\"\\ud83d\\ude00\"]]", "[[-0, -0.0, 0e5, -0e0]]", "[[1e999]]", "[[1e-999, -1e-999]]",
        "[[18446744073709551615, 18446744073709551616, -9223372036854775809, 9007199254740993]]",
        "[[\"a\", 1], [\"\\u0061\", 2], [\"b\", 3]]", "[[null], [null]]", "[[null, true], [1, false], [null, null]]",
        "{\"y\": [1, 2], \"x\": [[1], [2]]}", "{\"y\": [0.1], \"x\": [[1]]}", "{\"x\":[[1]],\"x\":[[2]],\"y\":[1]}",
        "{\"\\u0078\":[[1]],\"y\":[\"\\u0061\"]}", "{}", "[[]]", "[{}]", "[[[1]]]", "{\"x\":[{\"a\":1}],\"y\":[1]}",
        "[{\"a\":1,\"b\":2},{\"b\":3,\"a\":4},{\"b\":5},{}]", "[{\"é\":1},{\"\\u00e9\":2}]", "7", "\"text\"", "null",
    ])
    func oddTextsAreReadAlike(_ text: String) throws {
        try expectTwins(Array(text.utf8), try TableFixture(), DatasetLimits())
    }

    @Test func badBytesAreRefusedAlike() throws {
        let fixture = try TableFixture()
        for bytes in [
            [0xFF], [0xC3], [0xE0, 0x80, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xC3, 0xA9],
        ]
            as [[UInt8]]
        {
            try expectTwins(Array("[[\"".utf8) + bytes + Array("\"]]".utf8), fixture, DatasetLimits())
            try expectTwins(Array("[[1,".utf8) + bytes + Array("]]".utf8), fixture, DatasetLimits())
            try expectTwins(bytes + Array("[[1]]".utf8), fixture, DatasetLimits())
        }
    }

    @Test(arguments: [253, 254, 255, 256, 257, 100_000])
    func nestingIsBoundedAlike(_ depth: Int) throws {
        let fixture = try TableFixture()
        for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
            let inner = String(repeating: open, count: depth) + "1" + String(repeating: close, count: depth)
            try expectTwins(Array("[[\(inner)]]".utf8), fixture, DatasetLimits())
            try expectTwins(Array("{\"z\":\(inner)}".utf8), fixture, DatasetLimits())
            let empty = String(repeating: open, count: depth) + "[]" + String(repeating: close, count: depth)
            try expectTwins(Array("[\(empty)]".utf8), fixture, DatasetLimits())
        }
    }
}

/// Makes JSON data sets that are mostly right.
private struct DocumentMaker {
    var random: SystemRandomNumberGenerator
    lazy var comma: String = pick([",", ", ", " ,\n  "])

    mutating func pick<Element>(_ choices: [Element]) -> Element {
        choices[Int.random(in: 0..<choices.count, using: &random)]
    }

    mutating func isOne(in chances: Int) -> Bool { Int.random(in: 0..<chances, using: &random) == 0 }

    mutating func number() -> String {
        let whole = Int.random(in: -300...300, using: &random)
        return switch Int.random(in: 0..<9, using: &random) {
        case 0, 1: "\(whole)"
        case 2: "\(Double(whole) / 8)"
        case 3: "\(Double.random(in: -1...1, using: &random))"
        case 4: "\(Double(bitPattern: random.next()))".replacing("nan", with: "0").replacing("inf", with: "1")
        case 5: "\(whole).\(Int.random(in: 0...99_999_999, using: &random))"
        case 6: "\(Int64.random(in: .min ... .max, using: &random))"
        case 7: pick(["-0", "-0.0", "0", "1E5", "2e-3", "123456789.12345678", "1e400", "12345678901234567890123"])
        default: "\(whole)e\(Int.random(in: -30...30, using: &random))"
        }
    }

    mutating func text() -> String {
        pick(["\"a\"", "\"b c\"", "\"\\u0061\"", "\"é\"", "\"\\\"\"", "\"日本\"", "\"\"", "\"a longer text\"", "\"\\n\""])
    }

    mutating func cell(_ kind: Int) -> String {
        if isOne(in: 12) { return "null" }
        if isOne(in: 80) { return pick(["[1]", "{}", "\"odd\"", "true", "5"]) }
        return switch kind {
        case 0: text()
        case 1: pick(["true", "false"])
        default: number()
        }
    }

    mutating func document() -> String {
        let width = Int.random(in: 1...7, using: &random)
        let height = Int.random(in: isOne(in: 10) ? 0...1 : 1...12, using: &random)
        let kinds = (0..<width).map { _ in Int.random(in: 0..<5, using: &random) }
        switch Int.random(in: 0..<3, using: &random) {
        case 0: return "[" + rows(height, kinds).joined(separator: comma) + "]"
        case 1:
            let records = (0..<height).map { _ in record(kinds) }
            return pick(["[", " [\n"]) + records.joined(separator: comma) + "]"
        default: return examples(height, width, kinds)
        }
    }

    private mutating func rows(_ height: Int, _ kinds: [Int]) -> [String] {
        (0..<height).map { _ in
            var cells = kinds.map { cell($0) }
            if isOne(in: 60) { cells.append("1") }
            return "[" + cells.joined(separator: comma) + pick(["]", " ]"])
        }
    }

    private mutating func record(_ kinds: [Int]) -> String {
        var members = kinds.enumerated().map { (index, kind) in
            "\(pick(["\"c\(index)\"", "\"c\(index)\"", "\"\\u0063\(index)\""])):\(isOne(in: 2) ? " " : "")\(cell(kind))"
        }
        if isOne(in: 4) { members.removeAll { _ in isOne(in: 3) } }
        if isOne(in: 10) { members.shuffle(using: &random) }
        if isOne(in: 60) { members.append("\"c0\": 1") }
        return "{" + members.joined(separator: comma) + "}"
    }

    private mutating func examples(_ height: Int, _ width: Int, _ kinds: [Int]) -> String {
        let x = "[" + rows(height, kinds.map { _ in isOne(in: 40) ? 1 : 2 }).joined(separator: comma) + "]"
        let count = isOne(in: 30) ? height + 1 : height
        let y = "[" + (0..<count).map { _ in cell(kinds[0]) }.joined(separator: comma) + "]"
        var members = ["\"x\": \(x)", "\"y\":\(y)"]
        if isOne(in: 3) {
            members.append("\"features\": [" + (0..<width).map { "\"f\($0 % 6)\"" }.joined(separator: ",") + "]")
        }
        if isOne(in: 30) { members.append(pick(["\"z\": [1, {}]", "\"x\": 1", "\"features\": [1]", "\"y\": null"])) }
        members.shuffle(using: &random)
        return "{" + members.joined(separator: comma) + "}"
    }

    /// `text` with a byte or two changed, removed or doubled, or cut off.
    mutating func ruined(_ text: [UInt8]) -> [UInt8] {
        var bytes = text
        for _ in 0..<Int.random(in: 1...2, using: &random) {
            guard !bytes.isEmpty else { return bytes }
            let at = Int.random(in: 0..<bytes.count, using: &random)
            switch Int.random(in: 0..<6, using: &random) {
            case 0: bytes.remove(at: at)
            case 1: bytes.insert(bytes[at], at: at)
            case 2: bytes.removeSubrange(at...)
            case 3: bytes[at] = UInt8.random(in: 0x20...0xFF, using: &random)
            default: bytes[at] = pick(Array("[]{},:\"\\ 019.-+eEtfn\n".utf8))
            }
        }
        return bytes
    }
}
