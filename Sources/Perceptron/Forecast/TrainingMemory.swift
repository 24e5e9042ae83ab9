/// About how much memory a run takes beside its data, in bytes. Counted in floating point, which saturates where integers
/// would trap.
public struct TrainingMemory: Hashable, Sendable {
    /// Parameters and their gradient.
    public private(set) var parameters = 0.0
    /// The optimizer's moments, and the copy that early stopping may bring back.
    public private(set) var moments = 0.0
    /// One batch of activations and a probe's, a block of evaluation and the images of augmentation per thread, the
    /// order of the rows.
    public private(set) var activations = 0.0

    /// All of it; Int.max where that is beyond counting.
    public var total: Int { TrainingMemory.whole(parameters + moments + activations) }

    /// `bytes` as a whole number; Int.max where that is beyond counting.
    public static func whole(_ bytes: Double) -> Int { bytes < 9e18 ? Int(bytes) : .max }

    /// What a run of `size` takes; by `plan` where it is possible, nil for the one that fits.
    init(_ size: RunSize, plan: ExecutionPlan?) {
        let (network, training) = (size.network, size.training)
        let scalar = training.precision == .float32 ? 4.0 : 8.0
        let batch = Double(size.batchRows)
        // The plan for wide layers keeps them in panels, whole vectors wide on any instruction set.
        let isPadded =
            Execution(network, training, examples: size.trainRows, plan: plan, instructionSet: .baseline).steps
            == .gemm
        func padded(_ columns: Double) -> Double {
            isPadded ? (columns * scalar / 128).rounded(.up) * 128 / scalar : columns
        }
        var count = 0.0
        var wide = padded(Double(network.inputs)) * (network.inputKeepProb < 1 ? 2.25 : 1)
        var widest = Double(network.outputs)
        var fanIn = Double(network.inputs)
        for layer in network.hiddenLayers {
            let units = Double(layer.units)
            count += units * (fanIn + (network.batchNorm ? 3 : 1))
            wide += padded(units) * (1 + (layer.keepProb < 1 ? 0.25 : 0) + (network.batchNorm ? 1 : 0))
            widest = max(widest, units)
            fanIn = units
        }
        count += Double(network.outputs) * (fanIn + 1)
        wide += Double(network.outputs) + 2 * padded(widest)
        parameters = scalar * count * 2
        moments = scalar * count * Double(training.optimizer.momentCount)
        if training.earlyStopping?.restoreBest == true { moments += scalar * count }
        let shape = NetworkShape(network)
        let evaluation =
            Double(training.threads) * Double(shape.blockRows) * (Double(network.inputs) + 2 * Double(shape.widest))
        // Probes have a small batch of their own, in panels.
        let probed = training.monitor == .on ? Double(min(size.trainRows, ProbePlan.mostRows)) : 0
        activations = scalar * (wide * (batch + probed) + evaluation) + 8 * Double(size.trainRows)
        if let augmentation = size.augmentation {
            // Beside each thread's images, the batch as it is before the small networks' plan takes it over.
            activations += augmentation.memoryBytes(inputs: network.inputs, workers: training.threads)
            activations += scalar * Double(network.inputs) * batch
        }
    }

    /// What a run of `size` takes.
    public init(_ size: RunSize) { self.init(size, plan: nil) }
}

extension OptimizerSpecification {
    /// Numbers that the rule keeps for each parameter.
    var momentCount: Int {
        switch self {
        case .sgd: 0
        case .momentum, .rmsprop: 1
        case .adam, .adamw: 2
        }
    }
}
