import JSONDocument
import Perceptron

/// The `network` part of a job: what the client can say before inputs and outputs are known from the data.
public struct NetworkSettings: Sendable {
    /// The layers a job gets that names none.
    public static let defaultHiddenUnits = [32, 16]

    static func defaultHiddenUnits(_ limits: JobLimits) -> [Int] {
        defaultHiddenUnits.prefix(limits.hiddenLayers).map { min($0, limits.units) }
    }

    /// First to last; may be empty.
    public var hiddenLayers: [NetworkSpecification.HiddenLayer]
    /// The share of input features kept by dropout.
    public var inputKeepProb: Double
    /// Batch normalisation in every hidden layer.
    public var batchNorm: Bool
    /// How starting weights are drawn.
    public var initializer: Initializer
    /// Where to start instead, as the request gave it.
    public var initialWeights: InitialWeights?

    /// The engine's network for `inputs` features and `outputs` units of `task`, to be trained in `precision`. Throws
    /// faults at `/network/initial_weights` where given layers do not fit.
    public func specification(
        inputs: Int, outputs: Int, task: Task, precision: Precision
    ) throws(Faults) -> NetworkSpecification {
        var network = NetworkSpecification(
            inputs: inputs, hiddenLayers: hiddenLayers, outputs: outputs, task: task, inputKeepProb: inputKeepProb,
            batchNorm: batchNorm, initializer: initializer)
        network.initialLayers = try initialWeights?.layers(fitting: network, precision: precision)
        return network
    }
}

extension NetworkSettings {
    /// Reads a `network` object (nil: all defaults); faults go to `faults` and leave defaults behind.
    public init(
        reading node: JSONNode?, at pointer: String, faults: FaultCollector, limits: JobLimits = .most
    ) {
        self.init(node, at: pointer, faults: faults, limits: limits) { node, pointer in
            InitialWeights(reading: node, at: pointer, faults: faults)
        }
    }

    /// Reads a resolved `network` object, whose starting weights are kept elsewhere.
    init(stored node: JSONNode?, faults: FaultCollector) {
        self.init(node, at: "/network", faults: faults, limits: .most) { _, _ in nil }
    }

    private init(
        _ node: JSONNode?, at pointer: String, faults: FaultCollector, limits: JobLimits,
        readInitialWeights: (JSONNode, String) -> InitialWeights?
    ) {
        guard let node else {
            self.init(
                hiddenLayers: NetworkSettings.defaultHiddenUnits(limits).map { .init(units: $0) }, inputKeepProb: 1,
                batchNorm: false, initializer: .auto, initialWeights: nil)
            return
        }
        var fields = ObjectReader(node, at: pointer, faults: faults)
        let initial = fields.value("initial_weights").flatMap {
            readInitialWeights($0, fields.pointer(to: "initial_weights"))
        }
        let units =
            NetworkSettings.units(&fields, limits)
            ?? initial.map { Array($0.unitCounts.dropLast()) } ?? NetworkSettings.defaultHiddenUnits(limits)
        if units.count > limits.hiddenLayers {
            fields.fault(
                "initial_weights", "must have at most \(limits.hiddenLayers) hidden layers, not \(units.count)")
        }
        if let widest = units.max(), widest > limits.units {
            fields.fault(
                "initial_weights", "must have at most \(limits.units) units in a hidden layer, not \(widest)")
        }
        let activations =
            NetworkSettings.activations(&fields, layers: units.count)
            ?? initial.flatMap { $0.activations.count == units.count ? $0.activations.map { $0 ?? .relu } : nil }
            ?? [Activation](repeating: .relu, count: units.count)
        let keepProbs =
            NetworkSettings.keepProbs(&fields, layers: units.count) ?? [Double](repeating: 1, count: units.count)
        self.init(
            hiddenLayers: units.indices.map {
                .init(units: units[$0], activation: activations[$0], keepProb: keepProbs[$0])
            },
            inputKeepProb: fields.number("input_keep_prob", keepProbRule, where: isKeepProb) ?? 1,
            batchNorm: fields.boolean("batch_norm") ?? false,
            initializer: fields.choice("initializer") ?? .auto,
            initialWeights: initial)
        fields.finish()
    }

    private static func units(_ fields: inout ObjectReader, _ limits: JobLimits) -> [Int]? {
        guard let node = fields.value("hidden_layers") else { return nil }
        let pointer = fields.pointer(to: "hidden_layers")
        guard node.kind == .array else {
            fields.fault("hidden_layers", "must be an array of units per layer, not \(describe(node))")
            return nil
        }
        guard node.count <= limits.hiddenLayers else {
            fields.fault("hidden_layers", "must have at most \(limits.hiddenLayers) layers, not \(node.count)")
            return nil
        }
        return node.elements.enumerated().map { index, element in
            guard let units = element.integer, (1...limits.units).contains(units) else {
                fields.faults.add(
                    "\(pointer)/\(index)", "must be a whole number from 1 to \(limits.units), not \(describe(element))")
                return 1
            }
            return units
        }
    }

    private static func activations(_ fields: inout ObjectReader, layers: Int) -> [Activation]? {
        perLayer(&fields, "activation", layers: layers) { node, pointer, faults in
            ObjectReader.choice(node, at: pointer, faults: faults)
        }
    }

    private static func keepProbs(_ fields: inout ObjectReader, layers: Int) -> [Double]? {
        perLayer(&fields, "keep_prob", layers: layers) { node, pointer, faults in
            guard let keepProb = node.number, isKeepProb(keepProb) else {
                faults.add(pointer, "must be \(keepProbRule), not \(describe(node))")
                return nil
            }
            return keepProb
        }
    }

    /// Reads a member that is one value for all hidden layers, or a list with one value each.
    private static func perLayer<Value>(
        _ fields: inout ObjectReader, _ name: String, layers: Int,
        read: (JSONNode, String, FaultCollector) -> Value?
    ) -> [Value]? {
        guard let node = fields.value(name) else { return nil }
        let pointer = fields.pointer(to: name)
        guard node.kind == .array else {
            return read(node, pointer, fields.faults).map { [Value](repeating: $0, count: layers) }
        }
        guard node.count == layers else {
            fields.fault(name, "must have one entry per hidden layer: \(layers), not \(node.count)")
            return nil
        }
        let values = node.elements.enumerated().compactMap { read($1, "\(pointer)/\($0)", fields.faults) }
        return values.count == layers ? values : nil
    }
}

/// Dropout divides by it: below a millionth nothing sensible is left, and float32 overflows.
private let keepProbRule = "a number above 0 (at least 1e-6) and at most 1"

private func isKeepProb(_ value: Double) -> Bool { value >= 1e-6 && value <= 1 }
