import Datasets
import Testing

@Suite struct TypicalCellsTests {
    private func prepared(_ records: String, missing: MissingPolicy = .error) throws -> PreparedData {
        let fixture = try TableFixture()
        let table = try fixture.store.open(fixture.json(records).hash)
        return try prepare(
            DataSpecification(
                source: .dataset(id: ""), target: .name("y"),
                split: SplitSpecification(fractions: .init(train: 1, dev: 0, test: 0)), missing: missing),
            table: table, seed: 1)
    }

    @Test func numbersAreAtTheirMeanAndWordsAtTheirMostFrequent() throws {
        let data = try prepared(
            #"""
            [{"a": 1, "word": "red", "flag": true, "y": 0}, {"a": 2, "word": "blue", "flag": true, "y": 1},
            {"a": 6, "word": "red", "flag": false, "y": 1}, {"a": 7, "word": "red", "flag": true, "y": 0}]
            """#)
        #expect(data.typicalCells == [.number(4), .category(1), .number(1)])
    }

    @Test func theFirstOfEquallyFrequentOnesCounts() throws {
        let data = try prepared(
            #"[{"word": "red", "flag": true, "y": 0}, {"word": "blue", "flag": false, "y": 1}]"#)
        #expect(data.typicalCells == [.category(0), .number(0)])
    }

    @Test func missingCellsAreLeftOut() throws {
        let data = try prepared(
            #"""
            [{"a": 1, "word": "red", "y": 0}, {"a": null, "word": null, "y": 1}, {"a": 5, "word": null, "y": 0},
            {"a": 3, "word": "red", "y": 1}, {"a": null, "word": "blue", "y": 1}]
            """#, missing: .mean)
        #expect(data.typicalCells == [.number(3), .category(1)])
    }

    @Test func onlyTrainingRowsCount() throws {
        let fixture = try TableFixture()
        let table = try fixture.store.open(fixture.csv("a,y\n1,0\n3,1\n100,0\n100,1\n").hash)
        let specification = DataSpecification(source: .sets(train: 2, dev: 2, test: 0), target: .name("y"))
        #expect(try prepare(specification, table: table, seed: 1).typicalCells == [.number(2)])
    }
}
