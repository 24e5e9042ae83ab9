import Datasets
import JSONDocument
import Perceptron
import Testing

@Suite struct StandardizationTests {
    let fixture: TableFixture

    init() throws { fixture = try TableFixture() }

    private func prepared(_ text: String, _ change: (inout DataSpecification) -> Void = { _ in }) throws -> PreparedData
    {
        let table = try fixture.csv(text)
        var specification = DataSpecification(source: .csv, table: table.hash, target: .name("y"))
        change(&specification)
        return try prepare(specification, table: fixture.store.open(table.hash), seed: 1)
    }

    @Test func meanAndPopulationDeviationMatchThoseByHand() throws {
        // a: mean 4, deviations −3 −1 1 3, variance 5; b constant; c: shares 1/4 and 3/4, √(3/16).
        let half = Double(3).squareRoot() / 4
        let data = try prepared("a,b,c,y\n1,0.1,u,0\n3,0.1,v,1\n5,0.1,v,0\n7,0.1,v,1\n")
        #expect(data.encoding.mean == [4, 0.1, 0.25, 0.75])
        #expect(data.encoding.standardDeviation == [Double(5).squareRoot(), 1, half, half])
        #expect(data.sets.train.inputs.map(\.mean) == data.encoding.mean)
        #expect(data.sets.train.inputs.map(\.standardDeviation) == data.encoding.standardDeviation)
    }

    @Test func onlyTrainingRowsCount() throws {
        var text = "x,y\n"
        for row in 0..<100 { text += "\(row * row),\(row % 2)\n" }
        let data = try prepared(text)
        let rows = data.sets.train.rows.map { Double($0) * Double($0) }
        let mean = rows.reduce(0, +) / Double(rows.count)
        let variance = rows.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / Double(rows.count)
        #expect(rows.count == 60)
        #expect(abs(data.encoding.mean[0] - mean) < 1e-12 * mean)
        #expect(abs(data.encoding.standardDeviation[0] - variance.squareRoot()) < 1e-12 * variance.squareRoot())
    }

    @Test func missingCellsAreLeftOut() throws {
        let data = try prepared("x,y\n2,0\n,1\n4,0\n,1\n") { $0.missing = .mean }
        #expect(data.encoding.mean == [3])
        #expect(data.encoding.standardDeviation == [1])
        #expect(data.encoding.fill == [3])
    }

    @Test func aLargeOffsetLosesNoSpread() throws {
        let data = try prepared("x,y\n1000000001,0\n1000000002,1\n1000000003,0\n")
        #expect(abs(data.encoding.standardDeviation[0] - (2.0 / 3).squareRoot()) < 1e-15)
    }

    @Test func aConstantColumnIsOnlyCentred() throws {
        let rows = (0..<1_000).map { "0.1,\($0 % 2)\n" }.joined()
        let data = try prepared("x,y\n" + rows)
        #expect(data.encoding.mean == [0.1])
        #expect(data.encoding.standardDeviation == [1])
    }

    @Test func withoutNormalisationInputsAreTheCells() throws {
        let data = try prepared("x,y\n2,0\n4,1\n") { $0.normalize = .none }
        #expect(data.encoding.mean == [0])
        #expect(data.encoding.standardDeviation == [1])
    }

    @Test func numbersTooLargeToSquareAreAFault() throws {
        #expect(
            try faults { try prepared("x,y\n1e300,0\n-1e300,1\n") }
                == ["/data: column \"x\" has numbers too large for a mean and a deviation"])
    }
}
