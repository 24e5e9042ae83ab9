import Datasets
import JSONDocument
import Perceptron
import Testing

@Suite struct PrepareTests {
    let fixture: TableFixture

    init() throws { fixture = try TableFixture() }

    /// Ingests and prepares a job's `data`.
    func prepared(_ data: String, seed: UInt64 = 1) throws -> PreparedData {
        let collector = FaultCollector()
        let request = DataRequest(try parse(data), faults: collector)
        try collector.throwIfAny()
        let (specification, table) = try #require(request).ingest(into: fixture.store)
        return try prepare(specification, table: fixture.store.open(try #require(table).hash), seed: seed)
    }

    func csv(_ lines: [String], _ rest: String) throws -> PreparedData {
        try prepared("{\"csv\": \"\(lines.joined(separator: "\\n"))\", \(rest)}")
    }

    private func examples(_ y: String, _ rest: String = "") throws -> PreparedData {
        let count = try parse(y).count
        let x = (0..<count).map { "[\($0)]" }.joined(separator: ",")
        return try prepared("{\"x\": [\(x)], \"y\": \(y)\(rest)}")
    }

    @Test(arguments: [
        ("[0, 1, 0, 1]", Task.binary, [ClassLabel.number(0), .number(1)]),
        ("[5, -3.5, 5, 5]", .binary, [.number(-3.5), .number(5)]),
        ("[\"b\", \"a\", \"b\"]", .binary, [.text("a"), .text("b")]),
        ("[true, false, true]", .binary, [.boolean(false), .boolean(true)]),
        ("[\"b\", \"a\", \"c\"]", .multiclass, [.text("a"), .text("b"), .text("c")]),
        ("[2, 1, 0, 0, 1, 2]", .multiclass, [.number(0), .number(1), .number(2)]),
        ("[3, 1, 2, 2, 1, 3]", .multiclass, [.number(1), .number(2), .number(3)]),
        ("[0, 1, 2]", .regression, []),
        ("[0, 1, 3, 0, 1, 3]", .regression, []),
        ("[0.5, 1.5, 2.5, 0.5, 1.5, 2.5]", .regression, []),
    ])
    func autoFindsTheTask(_ y: String, _ task: Task, _ classes: [ClassLabel]) throws {
        let data = try examples(y)
        #expect(data.task == task)
        #expect(data.classes == classes)
        #expect(data.specification.task.task == task)
        #expect(data.outputCount == (task == .multiclass ? classes.count : 1))
    }

    @Test func aNamedTaskIsObeyed() throws {
        #expect(try examples("[0, 1, 3, 5]", ", \"task\": \"multiclass\"").classes.count == 4)
        #expect(try examples("[0, 1, 0]", ", \"task\": \"regression\"").sets.train.targetEncoding == .value)
        #expect(try examples("[0, 1, 0]", ", \"task\": \"multiclass\"").outputCount == 2)
        #expect(try examples("[7, -1]").sets.train.targetEncoding == .classes(codes: [-1, 7]))
    }

    @Test(arguments: [
        ("[1, 1, 1]", "", "/data/y: column \"y\" has one class only, 1; at least two are needed"),
        ("[\"a\", \"a\"]", "", "/data/y: column \"y\" has one class only, \"a\"; at least two are needed"),
        ("[0, 1, 2]", ", \"task\": \"binary\"", "/data/y: column \"y\" has 3 classes; binary needs exactly two"),
        ("[\"a\", \"b\"]", ", \"task\": \"regression\"", "/data/y: column \"y\" is text; regression needs numbers"),
        (
            "[0.5, 1, 2]", ", \"split\": {\"stratify\": true}",
            "/data/split/stratify: needs classes, and this is regression"
        ),
        (
            "[0, null, 1]", "",
            "/data/y/1: column \"y\" has 1 missing cell in row 2; \"missing\": \"drop\" would accept that"
        ),
        (
            "[0, null, 1]", ", \"missing\": \"mean\"",
            "/data/y/1: column \"y\" has 1 missing cell in row 2; \"missing\": \"drop\" would accept that"
        ),
        (
            "[null, null]", ", \"missing\": \"drop\"",
            "/data: every training row has a missing cell, so that none is left"
        ),
    ])
    func targetFaultsSayWhy(_ y: String, _ rest: String, _ expected: String) throws {
        #expect(try faults { try examples(y, rest) } == [expected])
    }

    @Test func columnsAreChosenByNameAndNumber() throws {
        let lines = ["a,b,c,d", "1,2,3,0", "4,5,6,1", "7,8,9,0"]
        let data = try csv(lines, "\"target\": \"d\", \"features\": [\"c\", 0]")
        #expect(data.encoding.features == ["c", "a"])
        #expect(data.sets.train.inputs.map(\.column) == [2, 0])
        #expect(try csv(lines, "\"target\": 3").encoding.features == ["a", "b", "c"])
        #expect(try csv(["1,2,0", "3,4,1"], "\"target\": 2").encoding.features == ["x0", "x1"])
    }

    @Test func unknownColumnsAreFaultsWithNearNames() throws {
        let lines = ["sepal_length,petal,species", "1,2,0", "4,5,1"]
        #expect(
            try faults {
                try csv(lines, "\"target\": \"specis\", \"features\": [\"sepal-length\", 9, \"petal\", \"petal\"]")
            } == [
                "/data/target: there is no column \"specis\"; the nearest names are \"species\", \"petal\", \"sepal_length\"",
                "/data/features/0: there is no column \"sepal-length\"; the nearest names are \"sepal_length\", \"petal\", \"species\"",
                "/data/features/1: there is no column 9: columns are numbered from 0 to 2",
                "/data/features/3: column \"petal\" appears more than once",
            ])
        #expect(
            try faults { try csv(lines, "\"target\": \"species\", \"features\": [\"species\"]") }
                == ["/data/features/0: column \"species\" is the target"])
        #expect(
            try faults { try csv(["a", "1", "2"], "\"target\": \"a\"") }
                == ["/data/target: is the only column: there is nothing to predict it from"])
    }

    @Test func anUploadedTableWithoutATargetNeedsOne() throws {
        let table = try fixture.csv("a,b\n1,0\n2,1\n")
        let specification = DataSpecification(source: .dataset(id: "ds_1"), table: table.hash)
        #expect(
            try faults { try prepare(specification, table: fixture.store.open(table.hash), seed: 1) }
                == ["/data/target: is required: the column to predict"])
    }

    @Test func missingCellsAreFaultsByRowAndColumn() throws {
        #expect(
            try faults { try csv(["age,h,y", "1,2,0", "NA,,1", "3,,0"], "\"target\": \"y\"") } == [
                "/data/csv: column \"age\" has 1 missing cell in row 2; \"missing\": \"mean\" or \"drop\" would accept that",
                "/data/csv: column \"h\" has 2 missing cells, the first in row 2; \"missing\": \"mean\" or \"drop\" would accept that",
            ])
        #expect(try csv(["age,h,y", "1,2,0", "NA,2,1"], "\"target\": \"y\", \"features\": [\"h\"]").trainRows == 2)
        #expect(
            try faults {
                try prepared(
                    "{\"train\": {\"x\": [[1, 2], [3, 4]], \"y\": [0, 1]}, \"dev\": {\"x\": [[1, 2], [3, null]], \"y\": [0, 1]}}"
                )
            } == [
                "/data/dev/x/1/1: column \"x1\" has 1 missing cell in row 4; \"missing\": \"mean\" or \"drop\" would accept that"
            ])
    }

    @Test func droppedRowsAreInNoSet() throws {
        let data = try csv(
            ["a,b,y", "1,,0", "2,1,1", ",1,0", "4,1,", "5,1,0"], "\"target\": \"y\", \"missing\": \"drop\"")
        #expect(data.sets.train.rows == [1, 4])
        #expect(data.encoding.fill == nil)
    }

    @Test func meansAndSharesFillWhatIsMissing() throws {
        let data = try csv(
            ["a,c,y", "1,red,0", ",red,1", "4,blue,0", "7,,1"], "\"target\": \"y\", \"missing\": \"mean\"")
        #expect(data.encoding.features == ["a", "c=blue", "c=red"])
        #expect(data.encoding.fill == [4, 1.0 / 3, 2.0 / 3])
        #expect(data.sets.train.inputs.map(\.missingValue) == [4, 1.0 / 3, 2.0 / 3])
        #expect(data.sets.train.inputs.map(\.category) == [nil, 0, 1])
    }

    @Test func aColumnWithoutAnyCellCannotBeFilled() throws {
        #expect(
            try faults { try csv(["a,b,y", "1,,0", "2,,1"], "\"target\": \"y\", \"missing\": \"mean\"") }
                == ["/data: column \"b\" has no cell in the training rows"])
    }

    @Test func explicitSetsKeepTheirRows() throws {
        let data = try prepared(
            "{\"train\": {\"x\": [[1], [null], [3]], \"y\": [0, 1, 1]}, \"dev\": {\"x\": [[4]], \"y\": [1]}, \"test\": {\"x\": [[5], [6]], \"y\": [0, 1]}, \"missing\": \"drop\"}"
        )
        #expect(data.sets.train.rows == [0, 2])
        #expect(data.sets.dev?.rows == [3])
        #expect(data.sets.test?.rows == [4, 5])
        #expect(data.encoding.mean == [2])
    }

    @Test func oneClassInTrainingIsAFaultWhateverDevHolds() throws {
        #expect(
            try faults {
                try prepared("{\"train\": {\"x\": [[1], [2]], \"y\": [0, 0]}, \"dev\": {\"x\": [[4]], \"y\": [1]}}")
            }
                == ["/data/train/y: column \"y\" has one class only, 0; at least two are needed"])
    }

    @Test func aClassThatTrainingLacksIsAFaultWhereItStands() throws {
        #expect(
            try faults {
                try prepared(
                    "{\"train\": {\"x\": [[1], [2]], \"y\": [0, 1]}, \"dev\": {\"x\": [[4], [5]], \"y\": [1, 2]}, "
                        + "\"test\": {\"x\": [[4]], \"y\": [3]}}")
            }
                == [
                    "/data/dev/y/1: 2 is a class that no training row has",
                    "/data/test/y/0: 3 is a class that no training row has",
                ])
    }

    @Test func tooManyInputsAreAFault() throws {
        let table = try fixture.csv("c,y\na,0\nb,1\nc,0\n")
        var limits = DatasetLimits()
        limits.features = 2
        let specification = DataSpecification(source: .csv, table: table.hash, target: .name("y"))
        #expect(
            try faults { try prepare(specification, table: fixture.store.open(table.hash), seed: 1, limits: limits) }
                == ["/data/features: gives 3 inputs after one-hot encoding; at most 2 are allowed"])
    }

    @Test func theResolvedSpecificationGivesTheSameData() throws {
        let rows = (0..<50).map { "[\($0), \($0 * $0 % 7)]" }.joined(separator: ",")
        let y = (0..<50).map { "\"\($0 % 3)\"" }.joined(separator: ",")
        let first = try prepared("{\"x\": [\(rows)], \"y\": [\(y)]}", seed: 9)
        var json = JSONWriter()
        first.specification.write(into: &json)
        let stored = try DataSpecification(stored: try JSONDocument.parse(json.bytes).root)
        #expect(stored == first.specification)
        #expect(stored.split == SplitSpecification(fractions: .init(train: 0.6, dev: 0.2, test: 0.2), stratify: true))
        #expect(stored.task == .multiclass)
        let again = try prepare(stored, table: fixture.store.open(try #require(stored.table)), seed: 9)
        #expect(again.specification == first.specification)
        #expect(again.sets.train.rows == first.sets.train.rows)
        #expect(again.sets.dev?.rows == first.sets.dev?.rows)
        #expect(again.encoding == first.encoding)
    }
}
