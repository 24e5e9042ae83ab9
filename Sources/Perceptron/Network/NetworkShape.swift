/// What is needed to run a network forward, its numbers aside.
public struct NetworkShape: Hashable, Codable, Sendable {
    /// One hidden layer.
    public struct HiddenLayer: Hashable, Codable, Sendable {
        /// Units, ≥ 1.
        public var units: Int
        /// g of the layer.
        public var activation: Activation

        /// A layer of `units` units.
        public init(units: Int, activation: Activation) {
            self.units = units
            self.activation = activation
        }
    }

    /// Input features.
    public var inputs: Int
    /// First to last.
    public var hiddenLayers: [HiddenLayer]
    /// Output units.
    public var outputs: Int
    /// Fixes the output activation.
    public var task: Task
    /// Batch normalisation in every hidden layer.
    public var batchNorm: Bool

    /// A shape.
    public init(inputs: Int, hiddenLayers: [HiddenLayer], outputs: Int, task: Task, batchNorm: Bool) {
        self.inputs = inputs
        self.hiddenLayers = hiddenLayers
        self.outputs = outputs
        self.task = task
        self.batchNorm = batchNorm
    }

    /// The shape of a specified network.
    public init(_ network: NetworkSpecification) {
        self.init(
            inputs: network.inputs,
            hiddenLayers: network.hiddenLayers.map { HiddenLayer(units: $0.units, activation: $0.activation) },
            outputs: network.outputs, task: network.task, batchNorm: network.batchNorm)
    }

    /// Rows that inference takes at a time: 256, fewer where layers are so wide that their activations would take
    /// tens of megabytes.
    var blockRows: Int { min(256, max(1, (1 << 22) / max(widest, 1))) }

    /// The widest vector that passes through the network, the input included.
    var widest: Int { max(inputs, outputs, hiddenLayers.map(\.units).max() ?? 0) }
}

extension Task {
    /// The class that a row of outputs (as `TrainedNetwork.predict` returns them) stands for, as accuracy counts it:
    /// 1 for a probability above one half, the first of the most probable classes; nil for regression.
    public func predictedClass(_ outputs: some Collection<Double>) -> Int? {
        switch self {
        case .regression: return nil
        case .binary: return outputs.first.map { $0 > 0.5 ? 1 : 0 }
        case .multiclass:
            var best: (index: Int, value: Double)?
            for (index, value) in outputs.enumerated() where best.map({ value > $0.value }) ?? true {
                best = (index, value)
            }
            return best?.index
        }
    }
}
