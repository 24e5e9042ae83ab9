/// A network with its numbers, in the precision they were trained in.
public struct TrainedNetwork: Hashable, Sendable {
    /// An arena of numbers.
    public enum Parameters: Hashable, Sendable {
        case float32(NumberBlock<Float>)
        case float64(NumberBlock<Double>)

        /// The numbers' format.
        public var precision: Precision {
            switch self {
            case .float32: .float32
            case .float64: .float64
            }
        }

        /// Numbers in the arena.
        public var count: Int {
            switch self {
            case .float32(let values): values.count
            case .float64(let values): values.count
            }
        }

        /// The numbers in `range`, in float64.
        public subscript(range: Range<Int>) -> [Double] {
            switch self {
            case .float32(let values): values[range].map(Double.init)
            case .float64(let values): values[range]
            }
        }
    }

    /// ε in (z − mean) / √(variance + ε) of batch normalisation.
    public static let batchNormEpsilon = 1e-5

    /// Layers and task.
    public let shape: NetworkShape
    /// Where each tensor lies in `parameters` and `runningStatistics`.
    public let layout: ParameterLayout
    /// Weights, biases, γ and β.
    public let parameters: Parameters
    /// Running means and variances of batch-norm layers; empty without.
    public let runningStatistics: Parameters

    /// A network of `shape`; nil unless both arenas have the layout's sizes and one precision.
    public init?(shape: NetworkShape, parameters: Parameters, runningStatistics: Parameters) {
        let layout = ParameterLayout(shape)
        guard parameters.count == layout.count, runningStatistics.count == layout.runningCount,
            parameters.precision == runningStatistics.precision
        else { return nil }
        self.init(shape: shape, layout: layout, parameters: parameters, runningStatistics: runningStatistics)
    }

    init(shape: NetworkShape, layout: ParameterLayout, parameters: Parameters, runningStatistics: Parameters) {
        self.shape = shape
        self.layout = layout
        self.parameters = parameters
        self.runningStatistics = runningStatistics
    }

    /// The precision of training.
    public var precision: Precision { parameters.precision }

    /// Hidden layers and the output layer, first to last.
    public var layers: [LayerParameters] {
        layout.layers.map { layer in
            var batchNorm: LayerParameters.BatchNorm?
            if let gamma = layer.gamma, let beta = layer.beta, let mean = layer.runningMean,
                let variance = layer.runningVariance
            {
                batchNorm = .init(
                    gamma: parameters[gamma], beta: parameters[beta], runningMean: runningStatistics[mean],
                    runningVariance: runningStatistics[variance])
            }
            return LayerParameters(
                weights: parameters[layer.weights], biases: parameters[layer.biases], batchNorm: batchNorm)
        }
    }
}
