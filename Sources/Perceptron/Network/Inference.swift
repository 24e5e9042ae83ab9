import CKernels

/// The forward pass with running statistics, in blocks of a fixed number of rows; without dropout unless it is told
/// otherwise.
final class Inference<S: Scalar> {
    typealias Values = UnsafeMutablePointer<S>

    private struct Block {
        let input: Values
        let logits: Values
        let layers: (odd: Matrix<S>, even: Matrix<S>, scratch: UnsafeMutableRawPointer)?
    }

    let shape: NetworkShape
    /// Rows of a block: by the network's shape alone, never by how many rows are asked for.
    let blockRows: Int
    private let layout: ParameterLayout
    private let arenas: Arenas<S>
    private let kernels: Kernels<S>
    private let workspace: Workspace
    /// Per worker: a block's inputs and logits, row-major, and where the layers are run one by one two blocks for those
    /// between, and what the kernels need.
    private let blocks: [Block]
    /// Per worker, where the fused kernels run the network.
    private let fused: [FusedState<S>]
    /// What is dropped where layers are run one by one.
    private let dropout: LayerwiseDropout<S>?
    /// Per layer: batch normalisation as one multiplication and addition.
    private let scales: [(scale: Values, shift: Values)?]

    init(
        shape: NetworkShape, arenas: Arenas<S>, workers: Int, plan: ExecutionPlan, dropout: PredictionDropout? = nil,
        kernels: Kernels<S>, workspace: Workspace
    ) throws(TrainingError) {
        self.shape = shape
        blockRows = shape.blockRows
        self.arenas = arenas
        self.workspace = workspace
        layout = ParameterLayout(shape)
        self.kernels = kernels
        let widestHidden = shape.hiddenLayers.map(\.units).max() ?? 0
        var blocks: [Block] = []
        for _ in 0..<workers {
            blocks.append(
                Block(
                    input: try workspace.take(blockRows * shape.inputs),
                    logits: try workspace.take(blockRows * shape.outputs),
                    layers: plan == .fused
                        ? nil
                        : (
                            try .panels(rows: blockRows, columns: widestHidden, kernels, workspace),
                            try .panels(rows: blockRows, columns: widestHidden, kernels, workspace),
                            try kernels.scratch(in: workspace)
                        )))
        }
        self.blocks = blocks
        var fused: [FusedState<S>] = []
        if plan == .fused {
            for _ in 0..<workers {
                fused.append(
                    try FusedState(
                        shape, keepProbs: dropout?.keepProbs ?? [], inputKeepProb: dropout?.inputKeepProb ?? 1,
                        dropoutSeed: dropout?.seed ?? 0, rows: blockRows, keepsInputs: false, kernels: kernels,
                        workspace: workspace))
            }
        }
        self.fused = fused
        self.dropout =
            if plan == .gemm, let dropout {
                try LayerwiseDropout(dropout, shape, rows: shape.blockRows, kernels: kernels, workspace: workspace)
            } else {
                nil
            }
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

    /// The logits (rows, outputs) of the block in `input(of: worker)`; overwritten by the worker's next block. With `pass`
    /// they are those with the dropout masks of that pass, for rows `pass.firstRow` and those after it; one worker may
    /// ask for them.
    func logits(rows: Int, worker: Int, pass: PredictionDropout.Pass? = nil) -> Values {
        let block = blocks[worker]
        guard let layers = block.layers else {
            let state = fused[worker]
            state.kernels.table.pointee.logits(
                state.block, arenas.parameters, block.input, Int64(rows), Int64(pass?.firstRow ?? 0),
                pass.map { Int64($0.number) } ?? -1, block.logits)
            return block.logits
        }
        var current = Matrix.rowMajor(block.input, columns: shape.inputs, kernels)
        if let pass, let dropped = dropout?.dropInput(block.input, rows: rows, pass: pass) { current = dropped }
        for (number, place) in layout.layers.enumerated() {
            let isHidden = number < shape.hiddenLayers.count
            let mask = pass.flatMap { dropout?.mask(ofLayer: number, rows: rows, pass: $0) }
            let out =
                isHidden
                ? number & 1 == 0 ? layers.even : layers.odd
                : .rowMajor(block.logits, columns: place.units, kernels)
            var constants = ck_forward(
                input: current.place, output: out.place, inputs: Int64(place.inputs), units: Int64(place.units),
                w: arenas.parameters + place.weights.lowerBound,
                biases: scales[number]?.shift ?? arenas.parameters + place.biases.lowerBound,
                factors: scales[number]?.scale,
                activation: (isHidden ? shape.hiddenLayers[number].activation : .identity).kernelNumber,
                mask: mask?.bytes, scale: mask?.scale ?? 1)
            kernels.table.pointee.dense_forward(
                &constants, 0, Int64((place.units + kernels.panel - 1) / kernels.panel), 0, Int64(rows),
                layers.scratch)
            current = out
        }
        return block.logits
    }

    /// How the network does on `rows` examples, in one go; nil where the fused kernels do not run it.
    /// Examples count by `weights` and `shares`, see `Loss`.
    func score(
        inputs: UnsafePointer<S>, targets: UnsafePointer<S>, weights: UnsafePointer<S>?, shares: UnsafePointer<S>?,
        rows: Int, worker: Int
    ) -> Loss<S>.Score? {
        guard !fused.isEmpty else { return nil }
        let state = fused[worker]
        var score = ck_score()
        state.kernels.table.pointee.score(
            state.block, arenas.parameters, inputs, targets, weights, shares, Int64(rows), &score)
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
