/// Where each layer's tensors lie in a network's arena. Parameters, gradient and the optimizer's moments share it, so
/// that an optimizer is a flat loop and a gradient check compares one array.
public struct ParameterLayout: Hashable, Sendable {
    /// The kinds of parameters, by their names in documents.
    public enum Kind: String, CaseIterable, Codable, Sendable {
        case weights, biases, gamma, beta
    }

    /// One layer's places.
    public struct Layer: Hashable, Sendable {
        /// n_in.
        public let inputs: Int
        /// n_out.
        public let units: Int
        /// Row-major (units, inputs).
        public let weights: Range<Int>
        /// (units); with batch normalisation always 0 and not trained.
        public let biases: Range<Int>
        /// (units); nil without batch normalisation.
        public let gamma: Range<Int>?
        /// (units); nil without batch normalisation.
        public let beta: Range<Int>?
        /// Place in the arena of running statistics; nil without batch normalisation.
        public let runningMean: Range<Int>?
        /// Place in the arena of running statistics; nil without batch normalisation.
        public let runningVariance: Range<Int>?
    }

    /// What an index of the arena stands for.
    public struct Location: Hashable, Sendable {
        /// 0 for the first hidden layer; the output layer is the last.
        public let layer: Int
        /// Which tensor.
        public let kind: Kind
        /// Unit.
        public let row: Int
        /// Input of a weight; 0 for the vectors.
        public let column: Int

        /// A place.
        public init(layer: Int, kind: Kind, row: Int, column: Int) {
            self.layer = layer
            self.kind = kind
            self.row = row
            self.column = column
        }
    }

    /// Hidden layers and the output layer, first to last.
    public let layers: [Layer]
    /// Numbers in the arena of parameters (untrained biases of batch-norm layers included).
    public let count: Int
    /// Numbers in the arena of running statistics.
    public let runningCount: Int

    /// The layout of `shape`.
    public init(_ shape: NetworkShape) {
        var layers: [Layer] = []
        var end = 0
        var runningEnd = 0
        func take(_ count: Int, from end: inout Int) -> Range<Int> {
            defer { end += count }
            return end..<(end + count)
        }
        var inputs = shape.inputs
        for (index, units) in (shape.hiddenLayers.map(\.units) + [shape.outputs]).enumerated() {
            let normalised = shape.batchNorm && index < shape.hiddenLayers.count
            layers.append(
                Layer(
                    inputs: inputs, units: units,
                    weights: take(units * inputs, from: &end), biases: take(units, from: &end),
                    gamma: normalised ? take(units, from: &end) : nil,
                    beta: normalised ? take(units, from: &end) : nil,
                    runningMean: normalised ? take(units, from: &runningEnd) : nil,
                    runningVariance: normalised ? take(units, from: &runningEnd) : nil))
            inputs = units
        }
        self.layers = layers
        count = end
        runningCount = runningEnd
    }

    /// What the parameter at `index` (0..<count) stands for.
    public func location(of index: Int) -> Location {
        precondition(index >= 0 && index < count, "index lies outside the arena")
        // The first layer whose end lies beyond the index.
        let number = layers.firstIndex { index < ($0.beta ?? $0.biases).upperBound } ?? layers.count - 1
        let layer = layers[number]
        if layer.weights.contains(index) {
            let (row, column) = (index - layer.weights.lowerBound).quotientAndRemainder(dividingBy: layer.inputs)
            return Location(layer: number, kind: .weights, row: row, column: column)
        }
        let vectors: [(Kind, Range<Int>?)] = [(.gamma, layer.gamma), (.beta, layer.beta)]
        for case let (kind, range?) in vectors where range.contains(index) {
            return Location(layer: number, kind: kind, row: index - range.lowerBound, column: 0)
        }
        return Location(layer: number, kind: .biases, row: index - layer.biases.lowerBound, column: 0)
    }

    /// Whether training changes the parameter at `index`: all but the biases of batch-norm layers.
    public func isTrained(_ index: Int) -> Bool {
        let place = location(of: index)
        return place.kind != .biases || layers[place.layer].gamma == nil
    }
}
