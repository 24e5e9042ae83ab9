/// Why a network cannot predict.
public enum PredictionError: Error, Hashable, Sendable {
    /// A row has `found` inputs where the network takes `expected`.
    case inputCount(expected: Int, found: Int)
    /// `found` values do not make `rows` rows of `inputs`.
    case valueCount(rows: Int, inputs: Int, found: Int)
    /// Dropout has `found` shares of units kept, the network `expected` hidden layers.
    case layerCount(expected: Int, found: Int)
    /// The network cannot be run: the machine does not have the memory.
    case cannotRun(TrainingError)
}

extension TrainedNetwork {
    /// The outputs for every row of `examples`, encoded as in training, row-major (rows, outputs): the probability of
    /// class 1, one probability per class, or the value. The set's targets are not looked at.
    public func predict(_ examples: ExampleSet) throws(PredictionError) -> [Double] {
        guard examples.inputs.count == shape.inputs else {
            throw .inputCount(expected: shape.inputs, found: examples.inputs.count)
        }
        let encoder = InputEncoder(examples)
        return switch precision {
        case .float32: try outputs(rows: examples.count, as: Float.self) { encoder.encode($0, into: $1) }
        case .float64: try outputs(rows: examples.count, as: Double.self) { encoder.encode($0, into: $1) }
        }
    }

    /// The outputs for `inputs`, already encoded and normalised, row-major (rows, inputs); the answer as above.
    public func predict(_ inputs: [Double], rows: Int) throws(PredictionError) -> [Double] {
        let (expected, overflow) = rows.multipliedReportingOverflow(by: shape.inputs)
        guard rows >= 0, !overflow, inputs.count == expected else {
            throw .valueCount(rows: rows, inputs: shape.inputs, found: inputs.count)
        }
        return switch precision {
        case .float32: try outputs(rows: rows, as: Float.self) { copy(inputs, rows: $0, into: $1) }
        case .float64: try outputs(rows: rows, as: Double.self) { copy(inputs, rows: $0, into: $1) }
        }
    }

    private func copy<S: Scalar>(_ inputs: [Double], rows: Range<Int>, into block: UnsafeMutablePointer<S>) {
        let first = rows.lowerBound * shape.inputs
        for index in 0..<(rows.count * shape.inputs) { block[index] = S(inputs[first + index]) }
    }

    private func outputs<S: Scalar>(
        rows: Int, as: S.Type, encode: (Range<Int>, UnsafeMutablePointer<S>) -> Void
    ) throws(PredictionError) -> [Double] {
        do {
            let workspace = Workspace()
            let arenas = try Arenas<S>(self, in: workspace)
            let inference = try Inference<S>(
                shape: shape, arenas: arenas, workers: 1, plan: .fitting(shape),
                kernels: Kernels(InstructionSet.preferred), workspace: workspace)
            return FloatingPointMode.flushingDenormals {
                inference.prepare()
                return inference.outputs(rows: rows, encode: encode)
            }
        } catch {
            throw .cannotRun(error)
        }
    }
}
