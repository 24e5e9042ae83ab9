import CKernels

/// The forward pass in inference mode: no dropout, running statistics; in blocks of a fixed number of rows.
final class Inference<S: Scalar> {
    typealias Values = UnsafeMutablePointer<S>

    let shape: NetworkShape
    /// Rows of a block: by the network's shape alone, never by how many rows are asked for.
    let blockRows: Int
    private let layout: ParameterLayout
    private let arenas: Arenas<S>
    private let workspace: Workspace
    /// Per worker: a block's inputs, and two blocks as wide as the widest layer.
    private let blocks: [(input: Values, odd: Values, even: Values)]
    /// Per worker, where the fused kernels run the network.
    private let fused: [FusedState<S>]
    /// Per layer: batch normalisation as one multiplication and addition.
    private let scales: [(scale: Values, shift: Values)?]

    init(
        shape: NetworkShape, arenas: Arenas<S>, workers: Int, plan: ExecutionPlan, kernels: Kernels<S>,
        workspace: Workspace
    ) throws(TrainingError) {
        BLAS.prepare()
        self.shape = shape
        blockRows = shape.blockRows
        self.arenas = arenas
        self.workspace = workspace
        layout = ParameterLayout(shape)
        var blocks: [(input: Values, odd: Values, even: Values)] = []
        for _ in 0..<workers {
            blocks.append(
                (
                    try workspace.take(blockRows * shape.inputs),
                    try workspace.take(blockRows * shape.widest),
                    try workspace.take(blockRows * shape.widest)
                ))
        }
        self.blocks = blocks
        var fused: [FusedState<S>] = []
        if plan == .fused {
            for _ in 0..<workers {
                fused.append(
                    try FusedState(
                        shape, rows: blockRows, keepsInputs: false, kernels: kernels, workspace: workspace))
            }
        }
        self.fused = fused
        var scales: [(scale: Values, shift: Values)?] = []
        for place in layout.layers {
            scales.append(
                place.gamma == nil ? nil : (try workspace.take(place.units), try workspace.take(place.units)))
        }
        self.scales = scales
    }

    /// Takes over the running statistics; to be called after they, γ or β changed.
    func prepare() {
        for (place, scale) in zip(layout.layers, scales) {
            guard let scale else { continue }
            BatchNormalization.inferenceScale(place, arenas: arenas, scale: scale.scale, shift: scale.shift)
        }
    }

    /// Where `worker` puts a block's inputs (rows, inputs).
    func input(of worker: Int) -> Values { blocks[worker].input }

    /// The logits (rows, outputs) of the block in `input(of: worker)`; overwritten by the worker's next block.
    func logits(rows: Int, worker: Int) -> Values {
        let block = blocks[worker]
        if !fused.isEmpty {
            let state = fused[worker]
            state.kernels.table.pointee.logits(state.block, arenas.parameters, block.input, Int64(rows), block.even)
            return block.even
        }
        var current = block.input
        for (number, place) in layout.layers.enumerated() {
            let out = number & 1 == 0 ? block.even : block.odd
            LayerKernels<S>.linear(
                current, arenas.parameters + place.weights.lowerBound, rows: rows, inputs: place.inputs,
                units: place.units, into: out)
            let biases = arenas.parameters + place.biases.lowerBound
            if number == shape.hiddenLayers.count {
                LayerKernels<S>.addBiases(out, biases, rows: rows, units: place.units)
            } else if let scale = scales[number] {
                LayerKernels<S>.scaleAndActivate(
                    out, scale: scale.scale, shift: scale.shift, rows: rows, units: place.units,
                    shape.hiddenLayers[number].activation)
            } else {
                LayerKernels<S>.biasAndActivate(
                    out, biases, rows: rows, units: place.units, shape.hiddenLayers[number].activation)
            }
            current = out
        }
        return current
    }

    /// How the network does on `rows` examples, in one go; nil where the fused kernels do not run it.
    func score(inputs: UnsafePointer<S>, targets: UnsafePointer<S>, rows: Int, worker: Int) -> Loss<S>.Score? {
        guard !fused.isEmpty else { return nil }
        let state = fused[worker]
        var score = ck_score()
        state.kernels.table.pointee.score(state.block, arenas.parameters, inputs, targets, Int64(rows), &score)
        return Loss<S>.Score(loss: score.loss, correct: score.correct, squaredError: score.squared_error)
    }

    /// The outputs of rows 0..<rows, row-major (rows, outputs); `encode` writes the inputs of a range of rows.
    func outputs(rows: Int, encode: (Range<Int>, Values) -> Void) -> [Double] {
        var outputs: [Double] = []
        outputs.reserveCapacity(rows * shape.outputs)
        let loss = Loss<S>(task: shape.task, outputs: shape.outputs)
        let parts = Partition(total: rows, size: blockRows)
        for part in 0..<parts.count {
            encode(parts[part], input(of: 0))
            let count = parts[part].count
            let z = logits(rows: count, worker: 0)
            loss.activate(z, rows: count)
            for index in 0..<(count * shape.outputs) { outputs.append(z[index].double) }
        }
        return outputs
    }
}
