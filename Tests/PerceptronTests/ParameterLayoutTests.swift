import Perceptron
import Testing

@Suite struct ParameterLayoutTests {
    private let layout = ParameterLayout(
        NetworkShape(
            inputs: 3, hiddenLayers: [.init(units: 2, activation: .relu), .init(units: 4, activation: .tanh)],
            outputs: 1, task: .binary, batchNorm: true))

    @Test func everyIndexHasOnePlace() {
        #expect(layout.count == (6 + 2 + 4) + (8 + 4 + 8) + (4 + 1))
        #expect(layout.runningCount == 2 * 2 + 2 * 4)
        let places = (0..<layout.count).map { layout.location(of: $0) }
        #expect(Set(places).count == layout.count)
        #expect(places[0] == .init(layer: 0, kind: .weights, row: 0, column: 0))
        #expect(places[4] == .init(layer: 0, kind: .weights, row: 1, column: 1))
        #expect(places[7] == .init(layer: 0, kind: .biases, row: 1, column: 0))
        #expect(places[8] == .init(layer: 0, kind: .gamma, row: 0, column: 0))
        #expect(places[11] == .init(layer: 0, kind: .beta, row: 1, column: 0))
        #expect(places[12] == .init(layer: 1, kind: .weights, row: 0, column: 0))
        #expect(places[layout.count - 1] == .init(layer: 2, kind: .biases, row: 0, column: 0))
    }

    @Test func biasesUnderBatchNormalisationAreNotTrained() {
        let still = (0..<layout.count).filter { !layout.isTrained($0) }
        #expect(still == Array(layout.layers[0].biases) + Array(layout.layers[1].biases))
    }
}

@Suite struct StandardizationTests {
    @Test func meanAndPopulationDeviationAreTaken() {
        let values = [1.0, 10, 5, 3, 20, 5, 5, .nan, 5]
        let columns = Standardization(of: values, columns: 3).columns
        #expect(columns[0].mean == 3)
        #expect(abs(columns[0].standardDeviation - (8.0 / 3).squareRoot()) < 1e-15)
        #expect(columns[1] == .init(mean: 15, standardDeviation: 5))
        #expect(columns[2] == .init(mean: 5, standardDeviation: 1))
    }

    @Test func aConstantColumnIsOnlyCentred() {
        // 0.1 summed seven times and divided by seven is not 0.1.
        let columns = Standardization(of: Array(repeating: 0.1, count: 7), columns: 1).columns
        #expect(columns == [.init(mean: 0.1, standardDeviation: 1)])
    }

    @Test func aLargeOffsetDoesNotDrownTheSpread() {
        let columns = Standardization(of: [1e9 + 1, 1e9 + 2, 1e9 + 3], columns: 1).columns
        #expect(abs(columns[0].standardDeviation - (2.0 / 3).squareRoot()) < 1e-12)
    }

    @Test func onlyTheGivenRowsCount() {
        let set = RandomProblem.make([[1], [2], [100]], [0, 0, 0], task: .regression)
        let statistics = Standardization(of: set.table, columns: [0], rows: [0, 1])
        #expect(statistics.columns == [.init(mean: 1.5, standardDeviation: 0.5)])
    }

    @Test func noRowsLeaveValuesAsTheyAre() {
        #expect(
            Standardization(of: [], columns: 2).columns
                == Array(repeating: .init(mean: 0, standardDeviation: 1), count: 2))
    }
}
