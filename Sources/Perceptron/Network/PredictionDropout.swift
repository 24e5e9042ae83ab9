/// Dropout at prediction, as in training: inverted, each unit of each row kept with its layer's probability.
public struct PredictionDropout: Hashable, Sendable {
    /// The share of input features kept, in (0, 1].
    public var inputKeepProb: Double
    /// The share of units kept in each hidden layer, first to last, in (0, 1].
    public var keepProbs: [Double]
    /// Decides the masks, with the number of the pass, the layer, and the row's number among those asked for.
    public var seed: UInt64

    /// Dropout by these shares.
    public init(inputKeepProb: Double, keepProbs: [Double], seed: UInt64) {
        self.inputKeepProb = inputKeepProb
        self.keepProbs = keepProbs
        self.seed = seed
    }

    /// Whether anything can be dropped.
    public var isActive: Bool { inputKeepProb < 1 || keepProbs.contains { $0 < 1 } }

    /// One pass over a block of rows.
    struct Pass {
        /// Takes the place of training's step in the stream of masks.
        let number: UInt32
        /// The first row's number among all; even where the fused kernels run the network.
        let firstRow: Int
    }
}

/// What masks do where layers are run one by one: one mask at a time, and the dropped inputs.
final class LayerwiseDropout<S: Scalar> {
    private let dropout: PredictionDropout
    private let shape: NetworkShape
    private let kernels: Kernels<S>
    /// (rows, widest of the layers) row-major.
    private let bytes: UnsafeMutablePointer<UInt8>
    /// (rows, inputs) in panels: a block's inputs, and what is left of them; nil where the input has no dropout.
    private let inputs: (whole: Matrix<S>, dropped: Matrix<S>)?
    private let workspace: Workspace

    init(
        _ dropout: PredictionDropout, _ shape: NetworkShape, rows: Int, kernels: Kernels<S>, workspace: Workspace
    ) throws(TrainingError) {
        self.dropout = dropout
        self.shape = shape
        self.kernels = kernels
        self.workspace = workspace
        bytes = try workspace.take(rows * shape.widest)
        inputs =
            dropout.inputKeepProb < 1
            ? (
                try .panels(rows: rows, columns: shape.inputs, kernels, workspace),
                try .panels(rows: rows, columns: shape.inputs, kernels, workspace)
            ) : nil
    }

    /// A block's inputs (rows, inputs) with dropout; nil where the input has none.
    func dropInput(_ values: UnsafePointer<S>, rows: Int, pass: PredictionDropout.Pass) -> Matrix<S>? {
        guard let inputs else { return nil }
        let columns = Int64(shape.inputs)
        var (whole, dropped) = (inputs.whole.place, inputs.dropped.place)
        draw(layer: 0, units: shape.inputs, keepProb: dropout.inputKeepProb, rows: rows, pass)
        kernels.table.pointee.into_panels(values, &whole, columns, 0, Int64(rows))
        kernels.table.pointee.drop(&whole, &dropped, bytes, 1 / dropout.inputKeepProb, columns, 0, Int64(rows))
        return inputs.dropped
    }

    /// The mask (rows, units) of layer `number`, 0 for the first hidden one, until the next is asked for; nil where
    /// nothing is dropped.
    func mask(ofLayer number: Int, rows: Int, pass: PredictionDropout.Pass) -> (
        bytes: UnsafePointer<UInt8>, scale: Double
    )? {
        guard number < dropout.keepProbs.count, dropout.keepProbs[number] < 1 else { return nil }
        let keepProb = dropout.keepProbs[number]
        draw(layer: number + 1, units: shape.hiddenLayers[number].units, keepProb: keepProb, rows: rows, pass)
        return (UnsafePointer(bytes), 1 / keepProb)
    }

    private func draw(layer: Int, units: Int, keepProb: Double, rows: Int, _ pass: PredictionDropout.Pass) {
        kernels.masks(
            bytes, seed: dropout.seed, step: pass.number, layer: UInt32(layer),
            rows: pass.firstRow..<(pass.firstRow + rows), units: units, keepProb: keepProb)
    }
}
