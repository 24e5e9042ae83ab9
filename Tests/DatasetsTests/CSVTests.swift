import Datasets
import Testing

@Suite struct CSVTests {
    let fixture: TableFixture

    init() throws { fixture = try TableFixture() }

    @Test(arguments: [
        "a,b\n1,2\n3,4\n", "a,b\n1,2\n3,4", "a,b\r\n1,2\r\n3,4\r\n", "a,b\r1,2\r3,4", "a,b\n1,2\n3,4\n\n\n",
        "\u{FEFF}a,b\n1,2\n3,4\n", "a;b\n1;2\n3;4\n", "a\tb\n1\t2\n3\t4\n", "\"a\",\"b\"\n\"1\",2\n3,\"4\"\n",
        "a,b\n 1 ,2\n+3,4.0\n", "\n\na,b\n1,2\n3,4\n", "a,b\n1e0,20e-1\n3.,.4E1\n",
    ])
    func dialectsAreRead(_ text: String) throws {
        let table = try fixture.csv(text)
        #expect(table.schema.columns.map(\.name) == ["a", "b"])
        #expect(try fixture.rows(table) == [[1, 2], [3, 4]])
        #expect(table.element == .float32)
    }

    @Test func aFirstRowWithANumberIsNoHeader() throws {
        let table = try fixture.csv("1,a\n2,b\n")
        #expect(table.schema.columns.map(\.name) == [nil, nil])
        #expect(table.schema.rows == 2)
    }

    @Test func theHeaderCanBeForced() throws {
        #expect(
            try fixture.csv("2019,2020\n1,2\n", CSVOptions(header: true)).schema.columns.map(\.name) == [
                "2019", "2020",
            ])
        let plain = try fixture.csv("a,b\nc,d\n", CSVOptions(header: false))
        #expect(plain.schema.rows == 2)
        #expect(plain.schema.columns[0].categories == ["a", "c"])
    }

    @Test func aForcedDelimiterLeavesOthersAlone() throws {
        let table = try fixture.csv("a\n\"1;2\"\n", CSVOptions(delimiter: .comma))
        #expect(table.schema.columns.map(\.categories) == [["1;2"]])
    }

    @Test func quotesMayHoldAnything() throws {
        let table = try fixture.csv("name,v\n\"a \"\"b\"\", c\nd\",1\n\"\"\"\",2\n\"a\rb\",3\n")
        #expect(
            table.schema.columns[0].categories
                == ["\"", "a\rb", "a \"b\", c\nd"].sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) })
        #expect(table.schema.columns[1].kind == .numeric)
        #expect(table.schema.rows == 3)
    }

    @Test func textsAreCodedInTheOrderOfTheirBytes() throws {
        let table = try fixture.csv("c,x\nred,1\ngreen,2\nblue,3\nred,4\n")
        #expect(table.schema.columns[0] == .init(name: "c", kind: .text, categories: ["blue", "green", "red"]))
        #expect(try fixture.rows(table) == [[2, 1], [1, 2], [0, 3], [2, 4]])
    }

    @Test func everyWordForMissingIsMissing() throws {
        let table = try fixture.csv("a,b\n1,\n2,NA\n3,N/A\n4,NaN\n5,nan\n6,null\n7,NULL\n8,\" \"\n9,1\n")
        #expect(table.schema.columns[1].missing == 8)
        #expect(table.schema.columns[1].firstMissingRow == 1)
        #expect(table.schema.columns[0].firstMissingRow == nil)
        #expect(try fixture.rows(table).filter { $0[1].isNaN }.count == 8)
    }

    @Test func inOneColumnAnEmptyLineIsAMissingCellButNotAtTheEnd() throws {
        let table = try fixture.csv("a\n1\n\n2\n\n\n")
        #expect(table.schema.rows == 3)
        #expect(table.schema.columns[0].firstMissingRow == 2)
    }

    @Test func whereTextsAreManyNumbersAreTextsToo() throws {
        let table = try fixture.csv("zip,x\nA1,1\n10115,2\n010,3\n10,4\n")
        #expect(table.schema.columns[0].kind == .text)
        #expect(table.schema.columns[0].categories == ["010", "10", "10115", "A1"])
        #expect(try fixture.rows(table).map { $0[0] } == [3, 2, 0, 1])
    }

    @Test func infinityMayBeAWordAmongWords() throws {
        #expect(try fixture.csv("a,b\nx,1\ninf,2\ny,3\n").schema.columns[0].categories == ["inf", "x", "y"])
    }

    @Test func theFileIsWidenedWhenANumberNeedsIt() throws {
        // The number that float32 cannot hold comes long after the first block of rows is on disk.
        let rows = 200_000
        var text = "a,b\n"
        for row in 0..<rows { text += "\(row),\(row == rows - 1 ? "0.1" : "0.5")\n" }
        let table = try fixture.csv(text)
        #expect(table.element == .float64)
        let cells = try fixture.store.open(table.hash).cells
        #expect((0..<rows).allSatisfy { cells[$0, 0] == Double($0) })
        #expect((0..<rows).allSatisfy { cells[$0, 1] == ($0 == rows - 1 ? 0.1 : 0.5) })
    }

    @Test func textsKeepTheirCodesThroughManyBlocks() throws {
        var text = "a,b\n"
        for row in 0..<100_000 { text += "w\(99 - row % 100),\(row)\n" }
        let table = try fixture.csv(text)
        let categories = table.schema.columns[0].categories
        let cells = try fixture.store.open(table.hash).cells
        #expect((0..<100_000).allSatisfy { categories[Int(cells[$0, 0])] == "w\(99 - $0 % 100)" })
    }

    @Test func pythonsCSVIsReadBitForBit() throws {
        try fixture.python(
            """
            import csv, random, struct, sys
            random.seed(5)
            words = ['plain', 'with, comma', 'with "quotes"', 'two\\nlines', 'crlf\\r\\nline', 'é日本', ';', "'", ' lead', '"']
            for variant, (delimiter, end, quoting) in enumerate([(',', '\\r\\n', csv.QUOTE_MINIMAL), (';', '\\n', csv.QUOTE_ALL), ('\\t', '\\r', csv.QUOTE_NONNUMERIC)]):
                with open(f'{sys.argv[1]}/{variant}.csv', 'w', newline='', encoding='utf-8') as text, open(f'{sys.argv[1]}/{variant}.bin', 'wb') as bits:
                    out = csv.writer(text, delimiter=delimiter, lineterminator=end, quoting=quoting)
                    out.writerow(['x', 'word', 'y'])
                    for _ in range(3000):
                        x = struct.unpack('<d', struct.pack('<Q', random.getrandbits(64)))[0]
                        if x != x or x in (float('inf'), float('-inf')): x = random.gauss(0, 1)
                        word = random.choice(words)
                        y = random.choice([random.randint(-10**18, 10**18), random.random(), round(random.gauss(0, 100), 3)])
                        out.writerow([repr(x) if quoting != csv.QUOTE_NONNUMERIC else x, word, y])
                        bits.write(struct.pack('<ddd', x, sorted(words, key=lambda w: w.encode()).index(word), float(y)))
            """)
        for variant in 0..<3 {
            let table = try fixture.csv(try fixture.file("\(variant).csv"))
            #expect(table.schema.columns.map(\.kind) == [.numeric, .text, .numeric])
            let expected = try fixture.file("\(variant).bin").withUnsafeBytes { raw in
                (0..<raw.count / 8).map { raw.loadUnaligned(fromByteOffset: $0 * 8, as: UInt64.self) }
            }
            #expect(bits(try fixture.rows(table)).flatMap { $0 } == expected)
        }
    }

    @Test func randomTablesSurviveTheRoundTrip() throws {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<200 {
            let delimiter = CSVOptions.Delimiter.allCases.randomElement(using: &random)!
            let end = ["\n", "\r\n", "\r"].randomElement(using: &random)!
            let width = Int.random(in: 1...5, using: &random)
            let height = Int.random(in: 1...30, using: &random)
            let isText = (0..<width).map { _ in Bool.random(using: &random) }
            var rows: [[String]] = []
            for _ in 0..<height {
                rows.append(
                    isText.map { isText in
                        guard isText else { return "\(Double.random(in: -1e6...1e6, using: &random))" }
                        let letters = Array("ab,;\t\"\n\r é")
                        return "t"
                            + String(
                                (0..<Int.random(in: 0...6, using: &random)).map { _ in
                                    letters.randomElement(using: &random)!
                                })
                    })
            }
            func quote(_ cell: String) -> String {
                let mustQuote = cell.unicodeScalars.contains { ",;\t\"\n\r".unicodeScalars.contains($0) }
                if !mustQuote && Bool.random(using: &random) { return cell }
                return "\"" + cell.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"")
                    + "\""
            }
            var lines = [(0..<width).map { "c\($0)" }.joined(separator: delimiter.rawValue)]
            lines += rows.map { $0.map(quote).joined(separator: delimiter.rawValue) }
            let text = lines.joined(separator: end) + (Bool.random(using: &random) ? end : "")
            let table = try fixture.csv(text, CSVOptions(header: true, delimiter: delimiter))
            let cells = try fixture.rows(table)
            let read = cells.map { row in
                row.enumerated().map { column, cell in
                    isText[column] ? table.schema.columns[column].categories[Int(cell)] : "\(cell)"
                }
            }
            #expect(read.map { $0.map { Array($0.utf8) } } == rows.map { $0.map { Array($0.utf8) } })
        }
    }
}
