import CKernels

/// How the steps of a run are executed. Results agree but for rounding.
package enum ExecutionPlan: String, CaseIterable, Sendable {
    /// Layer by layer over the whole batch, pieces of each shared by a team.
    case gemm
    /// Tile by tile through all layers, samples along the vectors, everything in the first caches; one thread.
    case fused

    /// Parameters up to which `fused` is the faster one for batches that fill most of a vector: by half at 4,000, by a
    /// tenth here. Beyond, `gemm` has more to gain from a second thread than to lose with one. Measured with 16 to 784
    /// inputs, one or two hidden layers of 16 to 512 units and 1 to 512 rows.
    static let mostParameters = 64 << 10
    /// The same for each row of a smaller batch: a vector of samples that is mostly empty costs as much as a full one.
    static let mostParametersPerRow = 1536
    /// Rows from which on a vector of 64 bytes is full enough.
    static func fewestRows(_ precision: Precision) -> Int { precision == .float32 ? 10 : 5 }
    /// Widest layer of which two vectors of samples still fit the second cache with those beside it.
    static let mostUnits = 512

    /// The plan for steps of `rows` examples of networks of `shape`: decided by sizes alone, so that neither threads
    /// nor the machine change the result.
    static func fitting(_ shape: NetworkShape, rows: Int, _ precision: Precision) -> ExecutionPlan {
        guard supportsFused(shape), shape.widest <= mostUnits else { return .gemm }
        let limit = rows >= fewestRows(precision) ? mostParameters : rows * mostParametersPerRow
        var parameters = 0
        var fanIn = shape.inputs
        for units in shape.hiddenLayers.map(\.units) + [shape.outputs] {
            parameters += units * (fanIn + 1)
            guard parameters <= limit else { return .gemm }
            fanIn = units
        }
        return .fused
    }

    /// The plan for evaluation and prediction, whose blocks always have the same size.
    static func fitting(_ shape: NetworkShape) -> ExecutionPlan { fitting(shape, rows: 256, .float32) }

    /// Batch statistics need the whole batch between two layers, which a tile does not see.
    static func supportsFused(_ shape: NetworkShape) -> Bool { !shape.batchNorm }

    /// Whether masks can be drawn tile by tile; NumPy's cannot.
    static func supportsFused(_ network: NetworkSpecification, _ training: TrainingSpecification) -> Bool {
        let hasDropout = network.inputKeepProb < 1 || network.hiddenLayers.contains { $0.keepProb < 1 }
        return !network.batchNorm && (training.generator == .philox || !hasDropout)
    }
}

/// How one run is executed.
struct Execution {
    let instructionSet: InstructionSet
    /// Of the steps.
    let steps: ExecutionPlan
    /// Of evaluations.
    let evaluation: ExecutionPlan

    /// `plan` where it is possible; nil for the one that fits.
    init(
        _ network: NetworkSpecification, _ training: TrainingSpecification, examples: Int, plan: ExecutionPlan?,
        instructionSet: InstructionSet
    ) {
        self.instructionSet = instructionSet
        let shape = NetworkShape(network)
        let rows = training.batchSize.rows(of: examples)
        evaluation = ExecutionPlan.supportsFused(shape) ? plan ?? .fitting(shape) : .gemm
        let fitting = ExecutionPlan.fitting(shape, rows: rows, training.precision)
        steps = ExecutionPlan.supportsFused(network, training) ? plan ?? fitting : .gemm
    }
}

/// The state of the fused kernels for one network: they lay it out and know what is in it.
struct FusedState<S: Scalar> {
    let kernels: Kernels<S>
    let block: UnsafeMutableRawPointer

    /// For batches of up to `rows`; with `keepsInputs` one batch is loaded and used again and again. Without `training`
    /// for inference.
    init(
        _ shape: NetworkShape, keepProbs: [Double] = [], inputKeepProb: Double = 1, dropoutSeed: UInt64 = 0, rows: Int,
        keepsInputs: Bool, kernels: Kernels<S>, workspace: Workspace
    ) throws(TrainingError) {
        self.kernels = kernels
        let layout = ParameterLayout(shape)
        let layers = layout.layers.enumerated().map { number, place in
            let isHidden = number < shape.hiddenLayers.count
            return ck_layer(
                units: Int32(place.units),
                activation: isHidden ? shape.hiddenLayers[number].activation.kernelNumber : Int32(CK_IDENTITY.rawValue),
                keep_prob: isHidden && number < keepProbs.count ? keepProbs[number] : 1,
                weights: Int64(place.weights.lowerBound), biases: Int64(place.biases.lowerBound))
        }
        func withNetwork<Result>(_ body: (inout ck_network) -> Result) -> Result {
            layers.withUnsafeBufferPointer { layers in
                var network = ck_network(
                    inputs: Int32(shape.inputs), task: shape.task.kernelNumber, layer_count: Int32(layers.count),
                    layers: layers.baseAddress, input_keep_prob: inputKeepProb, dropout_seed: dropoutSeed)
                return body(&network)
            }
        }
        let bytes = withNetwork { kernels.table.pointee.bytes(&$0, Int64(rows), keepsInputs ? 1 : 0) }
        let block = UnsafeMutableRawPointer(try workspace.take(bytes, of: UInt8.self))
        withNetwork { kernels.table.pointee.prepare(block, &$0, Int64(rows), keepsInputs ? 1 : 0) }
        self.block = block
    }
}

extension Activation {
    var kernelNumber: Int32 {
        let number =
            switch self {
            case .identity: CK_IDENTITY
            case .relu: CK_RELU
            case .leakyReLU: CK_LEAKY_RELU
            case .tanh: CK_TANH
            case .sigmoid: CK_SIGMOID
            }
        return Int32(number.rawValue)
    }
}

extension Task {
    fileprivate var kernelNumber: Int32 {
        let number =
            switch self {
            case .binary: CK_BINARY
            case .multiclass: CK_MULTICLASS
            case .regression: CK_REGRESSION
            }
        return Int32(number.rawValue)
    }
}
