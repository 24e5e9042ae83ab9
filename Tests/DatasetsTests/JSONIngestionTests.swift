import Datasets
import JSONDocument
import Testing

@Suite struct JSONIngestionTests {
    let fixture: TableFixture

    init() throws { fixture = try TableFixture() }

    @Test func xAndYBecomeColumns() throws {
        let table = try fixture.json("{\"x\": [[0.5, 2], [null, -3]], \"y\": [\"b\", \"a\"]}")
        #expect(table.schema.columns.map(\.name) == ["x0", "x1", "y"])
        #expect(table.schema.columns[0].missing == 1)
        #expect(table.schema.columns[0].firstMissingRow == 2)
        #expect(table.schema.columns[2] == .init(name: "y", kind: .text, categories: ["a", "b"]))
        #expect(table.schema.target == 2)
        let rows = try fixture.rows(table)
        #expect(rows[0] == [0.5, 2, 1])
        #expect(rows[1][0].isNaN && rows[1][1] == -3 && rows[1][2] == 0)
    }

    @Test func featuresNameTheColumns() throws {
        let table = try fixture.json("{\"x\": [[1, 2]], \"y\": [true], \"features\": [\"a\", \"b\"]}")
        #expect(table.schema.columns.map(\.name) == ["a", "b", "y"])
        #expect(table.schema.columns[2].kind == .boolean)
        #expect(try fixture.rows(table) == [[1, 2, 1]])
    }

    @Test func recordsBecomeColumns() throws {
        let table = try fixture.json(
            "[{\"a\": 1, \"species\": \"setosa\", \"ok\": true}, {\"species\": \"iris\", \"a\": 0.1, \"ok\": false}, {\"a\": null, \"ok\": true}]"
        )
        #expect(table.schema.columns.map(\.name) == ["a", "species", "ok"])
        #expect(table.schema.columns.map(\.kind) == [.numeric, .text, .boolean])
        #expect(table.schema.columns.map(\.missing) == [1, 1, 0])
        #expect(table.schema.columns.map(\.firstMissingRow) == [3, 3, nil])
        #expect(table.schema.target == nil)
        let rows = try fixture.rows(table)
        #expect(Array(rows[0]) == [1, 1, 1])
        #expect(Array(rows[1]) == [0.1, 0, 0])
        #expect(rows[2][0].isNaN && rows[2][1].isNaN && rows[2][2] == 1)
    }

    @Test(arguments: [
        ("{\"x\": [[1, 2], [3, \"a\"]], \"y\": [0, 1]}", "/x/1/1: must be a number or null, not string"),
        ("{\"x\": [[1, 2], [3, true]], \"y\": [0, 1]}", "/x/1/1: must be a number or null, not boolean"),
        ("{\"x\": [[1, 2], [3]], \"y\": [0, 1]}", "/x/1: row 2 has 1 cell; 2 are expected"),
        ("{\"x\": [[1, 2], 3], \"y\": [0, 1]}", "/x/1: must be a row, an array of numbers, not 3"),
        ("{\"x\": [[1, 2]], \"y\": [0, 1]}", "/y: has 2 targets for 1 rows of x"),
        ("{\"x\": [[1], [2]], \"y\": [0, \"a\"]}", "/y/1: must be a number like the values before it, not \"a\""),
        ("{\"x\": [[1], [2]], \"y\": [true, 1]}", "/y/1: must be true or false like the values before it, not 1"),
        ("{\"x\": [[1]], \"y\": [[1]]}", "/y/0: must be a number, a string, a boolean or null, not an array"),
        ("{\"x\": [], \"y\": []}", "/x: must have at least one row"),
        ("{\"x\": [[]], \"y\": [1]}", "/x/0: must have at least one number"),
        ("{\"x\": 1, \"y\": 2}", "/x: must be an array of rows, not 1|/y: must be an array of targets, not 2"),
        ("{\"y\": [2], \"z\": 1}", "/x: is required|/z: is not a known field; here one may use: features, x, y"),
        ("{\"x\": [[1]], \"y\": [1], \"features\": [\"a\", \"b\"]}", "/features: has 2 names for 1 columns of x"),
        ("{\"x\": [[1, 2]], \"y\": [1], \"features\": [\"a\", \"a\"]}", "/features/1: \"a\" appears more than once"),
        ("{\"x\": [[1]], \"y\": [1], \"features\": [\"y\"]}", "/features/0: \"y\" is the target's name"),
        ("[]", ": must have at least one row"),
        ("7", ": must be an object with x and y, or an array of rows or records, not 7"),
        ("[1]", "/0: must be a record, an object, not 1"), ("[{}]", "/0: must have at least one member"),
        ("[{\"a\": 1}, {\"b\": 1}]", "/1/b: is not a column: the first record has no such member"),
        ("[{\"a\": 1}, {\"a\": \"x\"}]", "/1/a: must be a number like the values before it, not \"x\""),
        ("[{\"a\": {}}]", "/0/a: must be a number, a string, a boolean or null, not an object"),
        ("[{\"a\": 1, \"b\": 2}, {\"a\": 1, \"a\": 2}]", "/1/a: appears more than once"),
    ])
    func faultsSayWhere(_ text: String, _ expected: String) throws {
        #expect(try faults { try fixture.json(text) } == expected.split(separator: "|").map(String.init))
        #expect(try fixture.files().isEmpty)
    }

    @Test func theThirdRowsSecondCellHasItsPointer() throws {
        #expect(
            try faults { try fixture.json("{\"x\": [[1,2],[1,2],[1,2],[1,\"no\"]], \"y\": [1,2,3,4]}") }
                == ["/x/3/1: must be a number or null, not string"])
    }
}
