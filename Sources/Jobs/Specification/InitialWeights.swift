import JSONDocument
import Perceptron

/// The `layers` of a weights document, as a start for another training.
public struct InitialWeights: Sendable {
    /// One layer as read: rows of weights may still be of any length.
    struct Layer: Sendable {
        var rows: Int
        var columns: Int
        var parameters: LayerParameters
        var activation: Activation?
    }

    let layers: [Layer]
    let pointer: String

    /// Units per layer, first hidden to output.
    public var unitCounts: [Int] { layers.map(\.rows) }

    /// Activations as given, if every hidden layer names one.
    public var activations: [Activation]? {
        let given = layers.map { $0.activation ?? .identity }
        return layers.dropLast().allSatisfy { $0.activation != nil } ? given : nil
    }

    /// Wraps layers known to be rectangular.
    public init(_ layers: [LayerParameters], units: [Int], pointer: String) {
        self.pointer = pointer
        self.layers = zip(layers, units).map { layer, units in
            Layer(rows: units, columns: units == 0 ? 0 : layer.weights.count / units, parameters: layer)
        }
    }

    /// Reads the array; nil, with faults told, where it is not one of layers with rectangular weights.
    public init?(reading node: JSONNode, at pointer: String, faults: FaultCollector) {
        guard node.kind == .array, node.count > 0 else {
            faults.add(pointer, "must be a non-empty array of layers, as in a weights document")
            return nil
        }
        let layers = node.elements.enumerated().compactMap {
            InitialWeights.layer($1, at: "\(pointer)/\($0)", faults: faults)
        }
        guard layers.count == node.count else { return nil }
        self.layers = layers
        self.pointer = pointer
    }

    /// The layers as the engine wants them; faults where their shapes are not the network's.
    func layers(fitting network: NetworkSpecification) throws(Faults) -> [LayerParameters] {
        let expected = network.hiddenLayers.map(\.units) + [network.outputs]
        guard layers.count == expected.count else {
            throw Faults(pointer: pointer, detail: "must have \(expected.count) layers, not \(layers.count)")
        }
        let faults = FaultCollector()
        var fanIn = network.inputs
        for (index, layer) in layers.enumerated() {
            if layer.rows != expected[index] || layer.columns != fanIn {
                faults.add(
                    "\(pointer)/\(index)/weights",
                    "must be \(expected[index]) rows of \(fanIn), not \(layer.rows) of \(layer.columns)")
            }
            if layer.parameters.batchNorm != nil, !network.batchNorm || index == layers.count - 1 {
                faults.add("\(pointer)/\(index)/batch_norm", "belongs to hidden layers of a network with batch_norm")
            }
            fanIn = expected[index]
        }
        try faults.throwIfAny()
        return layers.enumerated().map { index, layer in
            var parameters = layer.parameters
            if network.batchNorm, index < layers.count - 1, parameters.batchNorm == nil {
                parameters.batchNorm = .neutral(units: layer.rows)
            }
            return parameters
        }
    }

    private static func layer(_ node: JSONNode, at pointer: String, faults: FaultCollector) -> Layer? {
        let before = faults.faults.count
        var fields = ObjectReader(node, at: pointer, faults: faults)
        let matrix = fields.required("weights").flatMap {
            InitialWeights.matrix($0, at: fields.pointer(to: "weights"), faults: faults)
        }
        let biases = fields.required("biases").flatMap { node in
            matrix.flatMap { vector(node, count: $0.rows, at: fields.pointer(to: "biases"), faults: faults) }
        }
        var activation: Activation?
        if let word = fields.string("activation"), word != "softmax" {
            activation = Activation(rawValue: word)
            if activation == nil { fields.fault("activation", "is not an activation's name") }
        }
        var batchNorm: LayerParameters.BatchNorm?
        if let node = fields.value("batch_norm"), let matrix {
            batchNorm = InitialWeights.batchNorm(
                node, units: matrix.rows, at: fields.pointer(to: "batch_norm"), faults: faults)
        }
        fields.finish()
        guard let matrix, let biases, faults.faults.count == before else { return nil }
        return Layer(
            rows: matrix.rows, columns: matrix.columns,
            parameters: LayerParameters(weights: matrix.numbers, biases: biases, batchNorm: batchNorm),
            activation: activation)
    }

    private static func batchNorm(
        _ node: JSONNode, units: Int, at pointer: String, faults: FaultCollector
    ) -> LayerParameters.BatchNorm? {
        var fields = ObjectReader(node, at: pointer, faults: faults)
        var vectors: [[Double]] = []
        for name in ["gamma", "beta", "running_mean", "running_variance"] {
            guard let member = fields.required(name),
                let vector = vector(member, count: units, at: fields.pointer(to: name), faults: faults)
            else { continue }
            if name == "running_variance", vector.contains(where: { $0 < 0 }) {
                fields.fault(name, "must not be negative")
            }
            vectors.append(vector)
        }
        _ = fields.value("epsilon")
        fields.finish()
        guard vectors.count == 4 else { return nil }
        return .init(gamma: vectors[0], beta: vectors[1], runningMean: vectors[2], runningVariance: vectors[3])
    }

    private static func matrix(
        _ node: JSONNode, at pointer: String, faults: FaultCollector
    ) -> (rows: Int, columns: Int, numbers: [Double])? {
        guard node.kind == .array, let first = node.elements.first(where: { _ in true }), first.kind == .array,
            first.count > 0
        else {
            faults.add(pointer, "must be an array of rows, one per unit, each with one number per input")
            return nil
        }
        let columns = first.count
        var numbers: [Double] = []
        numbers.reserveCapacity(node.count * columns)
        for (index, row) in node.elements.enumerated() {
            guard let row = vector(row, count: columns, at: "\(pointer)/\(index)", faults: faults) else { return nil }
            numbers += row
        }
        return (node.count, columns, numbers)
    }

    private static func vector(
        _ node: JSONNode, count: Int, at pointer: String, faults: FaultCollector
    ) -> [Double]? {
        guard node.kind == .array, node.count == count else {
            faults.add(pointer, "must be an array of \(count) numbers, not \(describe(node)) of \(node.count)")
            return nil
        }
        var bad: Int?
        let numbers = [Double](unsafeUninitializedCapacity: count) { buffer, used in
            switch node.copyNumbers(into: buffer) {
            case .copied(count: count, nulls: 0): used = count
            case .notANumber(position: let position, kind: _): bad = position
            default: bad = buffer.prefix(count).firstIndex { $0.isNaN } ?? 0
            }
        }
        if let bad {
            faults.add("\(pointer)/\(bad)", "must be a number")
            return nil
        }
        return numbers
    }
}

extension LayerParameters.BatchNorm {
    /// What changes nothing but the scale of batches: γ = 1, β = 0, mean 0 and variance 1.
    fileprivate static func neutral(units: Int) -> Self {
        let zeros = [Double](repeating: 0, count: units)
        let ones = [Double](repeating: 1, count: units)
        return .init(gamma: ones, beta: zeros, runningMean: zeros, runningVariance: ones)
    }
}
