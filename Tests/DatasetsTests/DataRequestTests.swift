import Datasets
import JSONDocument
import Perceptron
import Testing

@Suite struct DataRequestTests {
    let fixture: TableFixture

    init() throws { fixture = try TableFixture() }

    private func read(_ text: String) throws -> (request: DataRequest?, faults: [String]) {
        let collector = FaultCollector()
        let request = DataRequest(try parse(text), faults: collector)
        #expect((request == nil) == !collector.faults.isEmpty)
        return (request, collector.faults.map { "\($0.pointer): \($0.detail)" })
    }

    private func ingest(_ text: String) throws -> (DataSpecification, TableReference?) {
        try #require(try read(text).request).ingest(into: fixture.store)
    }

    @Test func inlineExamplesAreStored() throws {
        let (specification, table) = try ingest(
            "{\"x\": [[1, 2], [3, 4]], \"y\": [0, 1], \"features\": [\"a\", \"b\"]}")
        #expect(specification == DataSpecification(source: .examples, table: table?.hash))
        #expect(table?.schema.columns.map(\.name) == ["a", "b", "y"])
    }

    @Test func weightsAreAColumnBehindTheTarget() throws {
        let (specification, table) = try ingest(
            "{\"train\": {\"x\": [[1], [2]], \"y\": [0, 1], \"sample_weight\": [0.5, null]}, "
                + "\"test\": {\"x\": [[3]], \"y\": [1], \"sample_weight\": [0]}}")
        let reference = try #require(table)
        #expect(specification.sampleWeight == nil)
        #expect(reference.schema.columns.map(\.name) == ["x0", "y", "sample_weight"])
        #expect((reference.schema.target, reference.schema.sampleWeight) == (1, 2))
        #expect(reference.schema.columns[2].missing == 1)
        #expect(reference.schema.columns[2].firstMissingRow == 2)
        #expect(try bits(fixture.rows(reference)) == bits([[1, 0, 0.5], [2, 1, .nan], [3, 1, 0]]))
        #expect(try fixture.store.open(reference.hash).schema == reference.schema)
    }

    @Test func explicitSetsAreStoredAsOneTable() throws {
        let (specification, table) = try ingest(
            "{\"train\": {\"x\": [[1], [2]], \"y\": [\"b\", \"a\"]}, \"test\": {\"x\": [[3]], \"y\": [\"c\"]}, \"task\": \"multiclass\"}"
        )
        #expect(specification.source == .sets(train: 2, dev: 0, test: 1))
        #expect(specification.task == .multiclass)
        #expect(try fixture.rows(try #require(table)) == [[1, 1], [2, 0], [3, 2]])
    }

    @Test func csvTextIsStored() throws {
        let (specification, table) = try ingest(
            "{\"csv\": \"1;2\\n3;4\\n\", \"target\": 1, \"header\": false, \"delimiter\": \";\", \"missing\": \"drop\"}"
        )
        #expect(specification.target == .index(1))
        #expect(specification.missing == .drop)
        #expect(table?.schema.rows == 2)
    }

    @Test func anUploadedSetIsNamed() throws {
        let (specification, table) = try ingest(
            "{\"dataset\": \"ds_1\", \"target\": \"species\", \"features\": [\"sepal\", 3], \"normalize\": \"none\"}")
        #expect(table == nil)
        #expect(
            specification
                == DataSpecification(
                    source: .dataset(id: "ds_1"), target: .name("species"), features: [.name("sepal"), .index(3)],
                    normalize: .none))
    }

    private static let choices = "x and y, train (with dev and test), csv, or dataset"

    @Test(arguments: [
        ("[]", "/data: must be an object, not an array|/data: must give the data as one of: \(choices)"),
        ("{}", "/data: must give the data as one of: \(choices)"),
        ("{\"x\": [[1]], \"csv\": \"a\"}", "/data: has x, csv: give the data in one way, as \(choices)"),
        ("{\"x\": [[1]]}", "/data/y: is required"),
        ("{\"dev\": {\"x\": [[1]]}}", "/data/train: is required|/data/dev/y: is required"),
        ("{\"x\": [[1]], \"y\": [1], \"target\": \"y\"}", "/data/target: does not go with x and y"),
        ("{\"x\": [[1]], \"y\": [1], \"header\": true}", "/data/header: does not go with x and y"),
        (
            "{\"train\": {\"x\": [[1]], \"y\": [1]}, \"split\": {}}",
            "/data/split: does not go with train and dev and test"
        ),
        ("{\"dataset\": \"d\", \"delimiter\": \",\"}", "/data/delimiter: does not go with dataset"),
        ("{\"csv\": \"a\"}", "/data/target: is required"),
        (
            "{\"csv\": 1, \"target\": -1}",
            "/data/target: must be a column's name or its number from 0, not -1|/data/csv: must be a string, not 1"
        ),
        (
            "{\"csv\": \"a\", \"target\": 0, \"delimiter\": \"|\"}",
            "/data/delimiter: must be one of \",\", \";\", \"\t\", not \"|\""
        ),
        ("{\"dataset\": \"d\", \"features\": []}", "/data/features: must name at least one column"),
        (
            "{\"dataset\": \"d\", \"features\": [true, 1.5]}",
            "/data/features/0: must be a column's name or its number from 0, not true|/data/features/1: must be a column's name or its number from 0, not 1.5"
        ),
        (
            "{\"dataset\": \"d\", \"task\": \"guess\"}",
            "/data/task: must be one of \"auto\", \"binary\", \"multiclass\", \"regression\", not \"guess\""
        ),
        (
            "{\"dataset\": \"d\", \"split\": {\"train\": 0.5, \"dev\": 0.4}}",
            "/data/split: train, dev and test must sum to 1, not 0.9"
        ),
        (
            "{\"dataset\": \"d\", \"split\": {\"train\": 0, \"dev\": 1}}",
            "/data/split/train: must be above 0 and at most 1, not 0.0|/data/split/dev: must be from 0 to below 1, not 1.0"
        ),
        ("{\"dataset\": \"d\", \"split\": {\"dev\": 0.5, \"test\": 0.5}}", "/data/split: leaves no rows for training"),
        (
            "{\"dataset\": \"d\", \"split\": {\"stratify\": 1, \"folds\": 3}}",
            "/data/split/stratify: must be true or false, not 1|/data/split/folds: is not a known field; here one may use: dev, stratify, test, train"
        ),
        (
            "{\"train\": {\"x\": [[1]], \"y\": [1], \"z\": 0}}",
            "/data/train/z: is not a known field; here one may use: sample_weight, x, y"
        ),
    ])
    func faultsSayWhere(_ text: String, _ expected: String) throws {
        let separator: Character = "\u{1}"
        let marked = expected.replacing("|/", with: "\u{1}/")
        #expect(try read(text).faults == marked.split(separator: separator).map(String.init))
    }

    @Test func anUnknownFieldIsAFaultBesideOthers() throws {
        let found = try read("{\"dataset\": \"d\", \"normalise\": \"none\", \"missing\": \"zero\"}").faults
        #expect(found.count == 2)
        #expect(found[0] == "/data/missing: must be one of \"error\", \"mean\", \"drop\", not \"zero\"")
        #expect(found[1].hasPrefix("/data/normalise: is not a known field"))
    }

    @Test func faultsOfTheDataHavePointersIntoTheJob() throws {
        #expect(
            try faults { try ingest("{\"train\": {\"x\": [[1, 2]], \"y\": [0]}, \"dev\": {\"x\": [[1]], \"y\": [0]}}") }
                == ["/data/dev/x: has 1 columns, the training set has 2"])
        #expect(
            try faults {
                try ingest("{\"train\": {\"x\": [[1]], \"y\": [0]}, \"dev\": {\"x\": [[1], [\"a\"]], \"y\": [0, 1]}}")
            }
                == ["/data/dev/x/1/0: must be a number or null, not string"])
        #expect(
            try faults { try ingest("{\"csv\": \"a,b\\n1\\n\", \"target\": \"a\"}") }
                == ["/data/csv: row 1 has 1 cell; 2 are expected"])
        #expect(
            try faults { try ingest("{\"x\": [[1]], \"y\": [0], \"features\": [\"y\"]}") }
                == ["/data/features/0: \"y\" is the target's name"])
    }

    @Test(arguments: [
        DataSpecification(source: .examples, table: String(repeating: "a", count: 64)),
        DataSpecification(
            source: .sets(train: 5, dev: 0, test: 2), table: String(repeating: "0", count: 64), task: .binary),
        DataSpecification(source: .csv, target: .name("a \"b\""), features: [.index(0), .name("c")], missing: .mean),
        DataSpecification(
            source: .dataset(id: "ds_1"), target: .index(4), task: .regression,
            split: SplitSpecification(fractions: .init(train: 0.7, dev: 0.2, test: 0.1), stratify: false),
            normalize: .none),
        DataSpecification(source: .dataset(id: "ds_1"), split: SplitSpecification(stratify: true)),
        DataSpecification(source: .csv, augment: AugmentSpecification()),
        DataSpecification(
            source: .csv,
            augment: AugmentSpecification(
                noise: .init(.same(0.3)), image: ImageAugmentation(height: 3, width: 4, channels: 2))),
        DataSpecification(source: .csv, augment: AugmentSpecification(noise: .init(.same(1), features: [.index(3)]))),
        DataSpecification(
            source: .csv,
            augment: AugmentSpecification(
                noise: .init(.each([0.1, 2]), features: [.name("a"), .index(1)]), image: .everything)),
        DataSpecification(source: .csv, target: .name("a"), sampleWeight: .index(3)),
    ])
    func aSpecificationReadsBackFromStorage(_ specification: DataSpecification) throws {
        var json = JSONWriter()
        specification.write(into: &json)
        #expect(try DataSpecification(stored: try JSONDocument.parse(json.bytes).root) == specification)
    }
}

extension ImageAugmentation {
    /// No value a default.
    fileprivate static var everything: ImageAugmentation {
        var image = ImageAugmentation(height: 5, width: 6, channels: 3, layout: .channelsFirst)
        (image.horizontalFlip, image.verticalFlip) = (0.5, 0.25)
        (image.horizontalShift, image.verticalShift) = (2, 3)
        image.rotation = 12.5
        image.scale = 0.9...1.2
        image.elastic = .init(alpha: 34, sigma: 4)
        image.fill = .constant(-1)
        return image
    }
}
