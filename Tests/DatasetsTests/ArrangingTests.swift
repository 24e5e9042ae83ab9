import Datasets
import JSONDocument
import Perceptron
import Testing

/// What jobs of a sweep make of the sets.
@Suite struct ArrangingTests {
    let fixture: TableFixture

    init() throws { fixture = try TableFixture() }

    private func prepared(_ data: String, _ arrangement: SetArrangement?, seed: UInt64 = 3) throws -> PreparedData {
        let collector = FaultCollector()
        let request = DataRequest(try parse(data), faults: collector)
        try collector.throwIfAny()
        var (specification, table) = try #require(request).ingest(into: fixture.store)
        specification.arrangement = arrangement
        return try prepare(specification, table: fixture.store.open(try #require(table).hash), seed: seed)
    }

    /// 50 rows of which a fifth is of class 1.
    private let rows = """
        {"x": [\((0..<50).map { "[\($0), \($0 % 7)]" }.joined(separator: ","))], \
        "y": [\((0..<50).map { $0 % 5 == 0 ? "1" : "0" }.joined(separator: ","))], "split": {"dev": 0.2, "test": 0.2}}
        """

    private func sets(_ data: PreparedData) -> [[Int32]] {
        [data.sets.train.rows, data.sets.dev?.rows ?? [], data.sets.test?.rows ?? []]
    }

    @Test func withoutTestTheOthersStayAsTheyAre() throws {
        let plain = sets(try prepared(rows, nil))
        let arranged = sets(try prepared(rows, .withoutTest))
        #expect(arranged == [plain[0], plain[1], []])
        #expect(!plain[2].isEmpty)
    }

    @Test func trainOnDevHasBothInOneSetAndTheTestSetOfAll() throws {
        let plain = sets(try prepared(rows, nil))
        #expect(sets(try prepared(rows, .trainOnDev)) == [(plain[0] + plain[1]).sorted(), [], plain[2]])
    }

    @Test(arguments: [2, 3, 7, 40])
    func foldsPartTheRowsBesideTheTestSet(folds: Int) throws {
        let plain = sets(try prepared(rows, nil))
        let pool = (plain[0] + plain[1]).sorted()
        var seen: [Int32] = []
        for index in 0..<folds {
            let fold = sets(try prepared(rows, .fold(index: index, folds: folds, repetition: 0)))
            #expect((fold[0] + fold[1]).sorted() == pool)
            #expect(fold[0] == fold[0].sorted() && fold[1] == fold[1].sorted())
            #expect(fold[2].isEmpty)
            #expect([pool.count / folds, pool.count / folds + 1].contains(fold[1].count))
            seen += fold[1]
        }
        #expect(seen.sorted() == pool)
    }

    @Test func eachFoldHasItsShareOfEachClass() throws {
        let plain = sets(try prepared(rows, nil))
        let ones = (plain[0] + plain[1]).count { $0 % 5 == 0 }
        for index in 0..<4 {
            let fold = sets(try prepared(rows, .fold(index: index, folds: 4, repetition: 0)))
            #expect([ones / 4, ones / 4 + 1].contains(fold[1].count { $0 % 5 == 0 }))
        }
    }

    @Test func aRepetitionDealsAnewAndTheSeedDecides() throws {
        func dev(_ repetition: Int, _ seed: UInt64) throws -> [Int32] {
            sets(try prepared(rows, .fold(index: 0, folds: 4, repetition: repetition), seed: seed))[1]
        }
        #expect(try dev(0, 3) == dev(0, 3))
        #expect(try dev(0, 3) != dev(1, 3))
        #expect(try dev(1, 3) != dev(2, 3))
        #expect(try dev(0, 3) != dev(0, 4))
    }

    @Test func givenSetsAreArrangedToo() throws {
        let data = """
            {"train": {"x": [[0], [1], [2], [3]], "y": [0, 1, 0, 1]}, "dev": {"x": [[4], [5]], "y": [0, 1]},
             "test": {"x": [[6]], "y": [1]}}
            """
        #expect(sets(try prepared(data, .trainOnDev)) == [[0, 1, 2, 3, 4, 5], [], [6]])
        let folds = try (0..<3).map { sets(try prepared(data, .fold(index: $0, folds: 3, repetition: 0))) }
        #expect(folds.flatMap { $0[1] }.sorted() == [0, 1, 2, 3, 4, 5])
        #expect(folds.allSatisfy { Set($0[1].map { $0 % 2 }) == [0, 1] && $0[1].count == 2 })
    }

    @Test func theNormalisationIsThatOfTheFoldsTrainingRows() throws {
        let data = try prepared(rows, .fold(index: 1, folds: 4, repetition: 0))
        let values = data.sets.train.rows.map { Double($0) }
        #expect(abs(data.encoding.mean[0] - values.reduce(0, +) / Double(values.count)) < 1e-12)
    }

    @Test func moreFoldsThanRowsAreAFault() throws {
        #expect(
            try faults { try prepared(rows, .fold(index: 0, folds: 41, repetition: 0)) }
                == ["/data: has 40 rows beside the test set for 41 folds"])
    }

    @Test(arguments: [.withoutTest, .trainOnDev, .fold(index: 2, folds: 5, repetition: 3), nil] as [SetArrangement?])
    func anArrangementIsStoredWithTheRest(_ arrangement: SetArrangement?) throws {
        var specification = DataSpecification(source: .csv, target: .name("y"))
        specification.arrangement = arrangement
        var json = JSONWriter()
        specification.write(into: &json)
        #expect(String(decoding: json.bytes, as: UTF8.self).contains("arrangement") == (arrangement != nil))
        #expect(try DataSpecification(stored: JSONDocument.parse(json.bytes).root) == specification)
    }
}
