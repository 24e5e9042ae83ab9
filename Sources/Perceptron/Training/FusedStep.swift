/// `GradientStep` for small networks: forward, loss and backward of a tile of samples at a time, in one call.
final class FusedStep<S: Scalar> {
    private let state: FusedState<S>
    private let arenas: Arenas<S>
    private let dropoutIsFixed: Bool

    /// For batches of up to `rows`; with `keepsInputs` for one batch that stays the same, see `load`.
    init(
        network: NetworkSpecification, training: TrainingSpecification, arenas: Arenas<S>, rows: Int, keepsInputs: Bool,
        kernels: Kernels<S>, workspace: Workspace
    ) throws(TrainingError) {
        self.arenas = arenas
        dropoutIsFixed = training.dropoutMask == .fixed
        state = try FusedState(
            NetworkShape(network), keepProbs: network.hiddenLayers.map(\.keepProb),
            inputKeepProb: network.inputKeepProb, dropoutSeed: training.dropoutSeed, rows: rows,
            keepsInputs: keepsInputs, kernels: kernels, workspace: workspace)
    }

    /// Takes over the batch that `run` without inputs works on: inputs (rows, inputs), targets (rows), weights (rows; nil:
    /// all 1).
    func load(inputs: UnsafePointer<S>, targets: UnsafePointer<S>, weights: UnsafePointer<S>?, rows: Int) {
        state.kernels.table.pointee.load(state.block, inputs, targets, weights, Int64(rows))
    }

    /// The gradient of the mean weighted loss of the loaded batch; answers Σ w loss. `step` numbers the dropout masks.
    func run(rows: Int, step: UInt32) -> Double {
        state.kernels.table.pointee.step(
            state.block, arenas.parameters, arenas.gradient, nil, nil, nil, nil, Int64(rows),
            dropoutIsFixed ? 0 : step)
    }

    /// The same of `rows` examples of inputs (·, inputs), targets and weights: the first ones, or those at `order`.
    func run(
        inputs: UnsafePointer<S>, targets: UnsafePointer<S>, weights: UnsafePointer<S>?, order: UnsafePointer<Int32>?,
        rows: Int, step: UInt32
    ) -> Double {
        state.kernels.table.pointee.step(
            state.block, arenas.parameters, arenas.gradient, inputs, targets, weights, order, Int64(rows),
            dropoutIsFixed ? 0 : step)
    }
}
