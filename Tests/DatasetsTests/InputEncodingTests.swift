import Datasets
import JSONDocument
import Testing

@Suite struct InputEncodingTests {
    private func encoding(fill: [Double]? = nil) -> InputEncoding {
        InputEncoding(
            columns: [
                .init(name: "a", index: 0), .init(name: "color", index: 2, kind: .text, categories: ["blue", "red"]),
                .init(name: nil, index: 3, kind: .boolean),
            ], mean: [1, 0.5, 0.5, 0], standardDeviation: [2, 0.5, 0.5, 1], fill: fill)
    }

    @Test func inputsAreNamed() {
        #expect(encoding().features == ["a", "color=blue", "color=red", "x3"])
        #expect(encoding().inputCount == 4)
    }

    @Test func rowsAreEncodedAndNormalised() throws {
        let rows = try parse("[[5, \"red\", true], [1, \"blue\", 0]]")
        #expect(try encoding().encode(rows, at: "/x") == [2, -1, 1, 1, 0, 1, -1, 0])
        #expect(try encoding().encode(try parse("[]"), at: "/x") == [])
    }

    @Test func cellsAreEncodedLikeTheRowsOfAPrediction() throws {
        let rows = try encoding().encode(try parse("[[5, \"red\", true], [1.25, \"blue\", 0]]"), at: "/x")
        let cells: [[Cell]] = [[.number(5), .category(1), .number(1)], [.number(1.25), .category(0), .number(0)]]
        #expect(cells.flatMap { encoding().encode($0) } == rows)
        #expect((0..<3).map { encoding().firstInput(ofColumn: $0) } == [0, 1, 3])
        #expect(encoding().normalized(5, input: 0) == rows[0])
    }

    @Test func missingCellsAreFilledWhereTheModelCan() throws {
        let filling = encoding(fill: [1, 0.25, 0.75, 0.5])
        #expect(try filling.encode(try parse("[[null, null, null]]"), at: "/x") == [0, -0.5, 0.5, 0.5])
    }

    @Test(arguments: [
        ("{}", "/x: must be an array of rows, not an object"),
        ("[[1, \"red\"]]", "/x/0: row 1 has 2 cells; the model takes 3"),
        ("[1]", "/x/0: must be a row, an array of cells, not 1"),
        ("[[1, \"red\", true], [\"b\", \"red\", true]]", "/x/1/0: column \"a\" must be a number, not \"b\""),
        ("[[1, \"green\", true]]", "/x/0/1: column \"color\" has no category \"green\"; it has \"blue\", \"red\""),
        ("[[1, 2, true]]", "/x/0/1: column \"color\" must be a string, not 2"),
        ("[[1, \"red\", \"yes\"]]", "/x/0/2: column 3 must be a number, not \"yes\""),
        ("[[true, \"red\", true]]", "/x/0/0: column \"a\" must be a number, not true"),
        ("[[1, null, true]]", "/x/0/1: column \"color\" is missing, and the model fills no missing cells"),
    ])
    func faultsSayWhere(_ rows: String, _ expected: String) throws {
        #expect(try faults { try encoding().encode(try parse(rows), at: "/x") } == [expected])
    }

    @Test func allFaultyRowsAreNamed() throws {
        #expect(try faults { try encoding().encode(try parse("[[1], [], [1, \"x\", \"y\"]]"), at: "/x") }.count == 4)
    }

    @Test(arguments: [nil, [1, 0.25, 0.75, 0.1]]) func anEncodingReadsBack(_ fill: [Double]?) throws {
        var json = JSONWriter()
        json.object { encoding(fill: fill).writeMembers(into: &$0) }
        #expect(try InputEncoding(try JSONDocument.parse(json.bytes).root) == encoding(fill: fill))
    }

    @Test(arguments: [
        "{\"mean\": [0], \"std\": [0], \"columns\": [{\"kind\": \"numeric\"}]}",
        "{\"mean\": [0, 0], \"std\": [1, 1], \"columns\": [{\"kind\": \"numeric\"}]}", "{}", "[]",
        "{\"mean\": [0], \"std\": [1], \"missing_values\": [], \"columns\": [{\"kind\": \"numeric\"}]}",
        "{\"mean\": [\"0\"], \"std\": [1], \"columns\": [{\"kind\": \"numeric\"}]}",
    ])
    func aBrokenEncodingIsRefused(_ text: String) throws {
        let node = try parse(text)
        #expect(throws: Faults.self) { try InputEncoding(node) }
    }

    @Test func classLabelsReadBack() throws {
        let labels: [ClassLabel] = [.number(3), .number(0.5), .text("a"), .boolean(false)]
        var json = JSONWriter()
        json.array { json in for label in labels { label.write(into: &json) } }
        #expect(String(decoding: json.bytes, as: UTF8.self) == "[3,0.5,\"a\",false]")
        #expect(try JSONDocument.parse(json.bytes).root.elements.map(ClassLabel.init) == labels)
    }
}
