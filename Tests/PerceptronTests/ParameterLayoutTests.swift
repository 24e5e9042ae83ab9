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
