import JSONDocument
import Perceptron

/// The `layers` of a weights document, as a start for another training.
public struct InitialWeights: Sendable {
    /// One layer as read: whether it fits the network is still open.
    struct Layer: Sendable {
        var rows: Int
        var columns: Int
        var parameters: LayerParameters
        /// The activation's word; the output layer's may be one that hidden layers do not have.
        var activation: String?
    }

    let layers: [Layer]
    let pointer: String

    /// Units per layer, first hidden to output.
    public var unitCounts: [Int] { layers.map(\.rows) }

    /// The hidden layers' activations; nil where a layer names none.
    public var activations: [Activation?] {
        layers.dropLast().map { $0.activation.flatMap(Activation.init(rawValue:)) }
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

    /// The layers as the engine wants them; faults where they are not the network's, or hold numbers that `precision`
    /// does not.
    func layers(
        fitting network: NetworkSpecification, precision: Precision
    ) throws(Faults) -> [LayerParameters] {
        let expected = network.hiddenLayers.map(\.units) + [network.outputs]
        guard layers.count == expected.count else {
            throw Faults(pointer: pointer, detail: "must have \(expected.count) layers, not \(layers.count)")
        }
        let faults = FaultCollector()
        var fanIn = network.inputs
        for (index, layer) in layers.enumerated() {
            let place = "\(pointer)/\(index)"
            let isOutput = index == layers.count - 1
            if layer.rows != expected[index] || layer.columns != fanIn {
                faults.add(
                    "\(place)/weights",
                    "must be \(expected[index]) rows of \(fanIn), not \(layer.rows) of \(layer.columns)")
            }
            let activation =
                isOutput ? network.task.outputActivation : network.hiddenLayers[index].activation.rawValue
            if let given = layer.activation, given != activation {
                faults.add(
                    "\(place)/activation", "must be \"\(activation)\", this layer's in the network, or be left out")
            }
            if layer.parameters.batchNorm != nil, !network.batchNorm || isOutput {
                faults.add("\(place)/batch_norm", "belongs to hidden layers of a network with batch_norm")
            }
            if precision == .float32 { layer.checkFloat32(at: place, faults) }
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
        let activation = fields.string("activation")
        if let activation, Activation(rawValue: activation) == nil, activation != Task.multiclass.outputActivation {
            fields.fault("activation", "is not an activation's name")
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
        let epsilon = TrainedNetwork.batchNormEpsilon
        _ = fields.number("epsilon", "\(epsilon), the only one there is") { $0 == epsilon }
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
        guard node.kind == .array else {
            faults.add(pointer, "must be an array of numbers, not \(describe(node))")
            return nil
        }
        guard node.count == count else {
            faults.add(pointer, "must have \(count) numbers, not \(node.count)")
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

extension InitialWeights.Layer {
    /// Adds a fault at the first number of each tensor that is infinite in float32.
    fileprivate func checkFloat32(at place: String, _ faults: FaultCollector) {
        func check(_ name: String, _ values: [Double], pointer: (Int) -> String) {
            guard let index = values.firstIndex(where: { !Float($0).isFinite }) else { return }
            faults.add("\(place)/\(name)/\(pointer(index))", "is too large for float32")
        }
        check("weights", parameters.weights) { "\($0 / columns)/\($0 % columns)" }
        check("biases", parameters.biases) { "\($0)" }
        guard let norm = parameters.batchNorm else { return }
        check("batch_norm/gamma", norm.gamma) { "\($0)" }
        check("batch_norm/beta", norm.beta) { "\($0)" }
        check("batch_norm/running_mean", norm.runningMean) { "\($0)" }
        check("batch_norm/running_variance", norm.runningVariance) { "\($0)" }
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
