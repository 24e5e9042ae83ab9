import Datasets
import JSONDocument
import Testing

@Suite struct CSVFaultTests {
    @Test(arguments: [
        ("", "the CSV text is empty"),
        ("\n\r\n", "the CSV text is empty"),
        ("a,b\n", "has no data row, only a header"),
        ("a,b\n\n\n", "has no data row, only a header"),
        ("a,b\n1,2\n3\n4,5,6\n", "row 2 has 1 cell; 2 are expected|row 3 has 3 cells; 2 are expected"),
        ("a,b\n1,2\n\n3,4\n", "row 2 has 1 cell; 2 are expected"),
        ("a,b\n1,\"2\n3,4\n", "row 1, column \"b\": a quoted cell is never closed"),
        ("a,b\n1,\"2\"x\n", "row 1, column \"b\": text follows the closing quote of a cell"),
        ("a,\"b\n1,2\n", "first row: a quoted cell is never closed"),
        ("a,b,a\n1,2,3\n", "columns 0 and 2 have the same name, \"a\""),
        ("a,b\n1,2\n3,inf\n", "not a finite number: row 2, column \"b\": \"inf\""),
        ("a,b\n1,2\n3,-Infinity\n", "not a finite number: row 2, column \"b\": \"-Infinity\""),
        ("a,b\n1,2\n3,1e999\n", "not a finite number: row 2, column \"b\": \"1e999\""),
        ("1,2\n3,1e999\n", "not a finite number: row 2, column 1: \"1e999\""),
    ])
    func faultsSayWhere(_ text: String, _ details: String) throws {
        let fixture = try TableFixture()
        let expected = details.split(separator: "|").map { "/data/csv: \($0)" }
        #expect(try faults { try fixture.csv(text) } == expected)
        #expect(try fixture.files().isEmpty)
    }

    @Test func aTextAmongNumbersIsNamedWithRowAndColumn() throws {
        let fixture = try TableFixture()
        var text = "id,age\n"
        for row in 1...30 { text += "\(row),\(row == 17 ? "abc" : "\(row)")\n" }
        #expect(
            try faults { try fixture.csv(text) }
                == ["/data/csv: text where a number belongs: row 17, column \"age\": \"abc\""])
    }

    @Test func invalidUTF8IsAFault() throws {
        let fixture = try TableFixture()
        #expect(
            try faults { try fixture.csv(Array("a,b\nx,".utf8) + [0xFF, 0x0A]) }
                == ["/data/csv: row 1, column \"b\": the text is not UTF-8"])
        #expect(
            try faults { try fixture.csv([0x61, 0x2C, 0xC3, 0x28] + Array("\n1,2\n".utf8)) }
                == ["/data/csv: the name of column 1 is not UTF-8"])
        #expect(
            try faults { try fixture.csv([0xFF, 0xFE, 0x61, 0x00]) }
                == ["/data/csv: the CSV text must be UTF-8, not UTF-16"])
    }

    @Test func limitsAreFaults() throws {
        var limits = DatasetLimits()
        limits.cells = 6
        limits.columns = 3
        limits.categoriesPerColumn = 2
        limits.textBytes = 5
        let fixture = try TableFixture(limits: limits)
        #expect(try fixture.csv("a,b\n1,2\n3,4\n5,6\n").schema.rows == 3)
        #expect(
            try faults { try fixture.csv("a,b\n1,2\n3,4\n5,6\n7,8\n") }
                == ["/data/csv: has more than 3 rows, the most that 2 columns allow"])
        #expect(
            try faults { try fixture.csv("a,b,c,d\n1,2,3,4\n") } == [
                "/data/csv: has more than 3 columns, which is the limit"
            ])
        #expect(
            try faults { try fixture.csv("a\nx\ny\nz\n") } == ["/data/csv: column \"a\" has more than 2 distinct texts"]
        )
        #expect(
            try faults { try fixture.csv("a\ntoolong\n") }
                == ["/data/csv: row 1, column \"a\": a text longer than 5 bytes"])
    }
}
