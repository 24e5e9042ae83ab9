import Datasets
import JSONDocument
import Perceptron
import Testing

@Suite struct SplitTests {
    let fixture: TableFixture

    init() throws { fixture = try TableFixture() }

    /// Data with `counts[k]` rows of class k, mixed; regression on distinct numbers if `counts` is one number.
    private func split(_ counts: [Int], _ split: SplitSpecification = SplitSpecification(), seed: UInt64 = 1) throws
        -> PreparedData
    {
        var targets: [Int] = []
        for (index, count) in counts.enumerated() { targets += Array(repeating: index, count: count) }
        if counts.count == 1 { targets = Array(0..<counts[0]) }
        var text = "x,y\n"
        for row in targets.indices { text += "\(row),\(targets[row * 7919 % targets.count])\n" }
        let table = try fixture.csv(text)
        let specification = DataSpecification(
            source: .csv, table: table.hash, target: .name("y"), task: counts.count == 1 ? .regression : .multiclass,
            split: split)
        return try prepare(specification, table: fixture.store.open(table.hash), seed: seed)
    }

    private func classCounts(_ set: ExampleSet?, _ classes: Int) -> [Int] {
        var counts = [Int](repeating: 0, count: classes)
        for row in set?.rows ?? [] { counts[Int(set!.table[Int(row), 1])] += 1 }
        return counts
    }

    @Test(arguments: [(19, 19, 0, 0), (20, 12, 4, 4), (9_999, 5_999, 2_000, 2_000), (10_000, 8_000, 1_000, 1_000)])
    func defaultsGoByTheNumberOfRows(_ rows: Int, _ train: Int, _ dev: Int, _ test: Int) throws {
        let data = try split([rows])
        #expect([data.trainRows, data.devRows, data.testRows] == [train, dev, test])
        #expect((data.sets.dev == nil) == (dev == 0))
        #expect(data.specification.split.stratify == false)
    }

    @Test func aMillionRowsAreSplitFinely() {
        #expect(SplitSpecification.Fractions.standard(rows: 999_999) == .init(train: 0.8, dev: 0.1, test: 0.1))
        #expect(SplitSpecification.Fractions.standard(rows: 1_000_000) == .init(train: 0.98, dev: 0.01, test: 0.01))
    }

    @Test func theSetsPartTheRowsAndAscend() throws {
        for counts in [[101], [53, 31, 17, 1]] {
            let data = try split(counts)
            let sets = [data.sets.train.rows, data.sets.dev?.rows ?? [], data.sets.test?.rows ?? []]
            #expect(sets.allSatisfy { $0 == $0.sorted() })
            #expect(sets.flatMap { $0 }.sorted() == (0..<Int32(counts.reduce(0, +))).map { $0 })
        }
    }

    @Test func everyClassIsDealtByItsShare() throws {
        let counts = [100, 50, 10, 7, 3, 2, 1]
        let data = try split(counts)
        let train = classCounts(data.sets.train, 7)
        let dev = classCounts(data.sets.dev, 7)
        let test = classCounts(data.sets.test, 7)
        #expect(data.devRows == 35 && data.testRows == 35)
        for index in counts.indices {
            #expect(train[index] + dev[index] + test[index] == counts[index])
            #expect(train[index] >= 1)
            #expect(abs(Double(dev[index]) - Double(counts[index]) * 0.2) < 1)
            #expect(abs(Double(test[index]) - Double(counts[index]) * 0.2) < 1)
        }
        #expect(Array(dev[0..<3]) == [20, 10, 2])
        #expect(train[6] == 1)
    }

    @Test func aClassOfOneRowStaysInTraining() throws {
        let counts = [30] + [Int](repeating: 1, count: 10)
        let data = try split(counts, SplitSpecification(fractions: .init(train: 0.1, dev: 0.45, test: 0.45)))
        #expect(classCounts(data.sets.train, 11).dropFirst().allSatisfy { $0 == 1 })
    }

    @Test func theSeedDecides() throws {
        let one = try split([60, 40], seed: 1)
        #expect(try split([60, 40], seed: 1).sets.train.rows == one.sets.train.rows)
        #expect(try split([60, 40], seed: 2).sets.train.rows != one.sets.train.rows)
        #expect(try split([60, 40], seed: 2).trainRows == one.trainRows)
    }

    @Test func withoutStratifyingTheTotalsAreTheSame() throws {
        let data = try split(
            [60, 40], SplitSpecification(fractions: .init(train: 0.7, dev: 0.3, test: 0), stratify: false))
        #expect([data.trainRows, data.devRows, data.testRows] == [70, 30, 0])
        #expect(data.sets.test == nil)
    }
}
