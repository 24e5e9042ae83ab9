/// Outputs over several passes with dropout, row-major (rows, outputs).
public struct PredictionMoments: Hashable, Sendable {
    /// The mean of each output.
    public var means: [Double]
    /// √((1/n) Σ (output − mean)²) over the n passes.
    public var standardDeviations: [Double]
}

extension TrainedNetwork {
    /// The outputs for `inputs` (rows, inputs), already encoded and normalised, over `passes` ≥ 1 passes with dropout
    /// on, in which batch normalisation keeps its running statistics. One pass is a forward pass of training. A row's
    /// answer depends on the seed and on its number, never on the rows beside it but for rounding.
    public func predict(
        _ inputs: [Double], rows: Int, dropout: PredictionDropout, passes: Int
    ) throws(PredictionError) -> PredictionMoments {
        try predict(inputs, rows: rows, dropout: dropout, passes: passes, plan: nil)
    }

    /// The same by a given plan; nil for the one that fits.
    package func predict(
        _ inputs: [Double], rows: Int, dropout: PredictionDropout, passes: Int, plan: ExecutionPlan?
    ) throws(PredictionError) -> PredictionMoments {
        guard dropout.keepProbs.count == shape.hiddenLayers.count else {
            throw .layerCount(expected: shape.hiddenLayers.count, found: dropout.keepProbs.count)
        }
        guard dropout.isActive else {
            let outputs = try predict(inputs, rows: rows)
            return PredictionMoments(
                means: outputs, standardDeviations: [Double](repeating: 0, count: outputs.count))
        }
        let (expected, overflow) = rows.multipliedReportingOverflow(by: shape.inputs)
        guard rows >= 0, !overflow, inputs.count == expected else {
            throw .valueCount(rows: rows, inputs: shape.inputs, found: inputs.count)
        }
        return switch precision {
        case .float32: try moments(inputs, rows, dropout, passes, plan, as: Float.self)
        case .float64: try moments(inputs, rows, dropout, passes, plan, as: Double.self)
        }
    }

    private func moments<S: Scalar>(
        _ inputs: [Double], _ rows: Int, _ dropout: PredictionDropout, _ passes: Int, _ plan: ExecutionPlan?,
        as: S.Type
    ) throws(PredictionError) -> PredictionMoments {
        do {
            let workspace = Workspace()
            let arenas = try Arenas<S>(self, in: workspace)
            let inference = try Inference<S>(
                shape: shape, arenas: arenas, workers: 1, plan: plan ?? .fitting(shape), dropout: dropout,
                kernels: Kernels(InstructionSet.preferred), workspace: workspace)
            return FloatingPointMode.flushingDenormals {
                inference.prepare()
                return inference.moments(inputs, rows: rows, passes: passes)
            }
        } catch {
            throw .cannotRun(error)
        }
    }
}

extension Inference {
    /// Mean and deviation of the outputs over passes 0 ..< `passes` with dropout, by Welford's recurrence (1962): block
    /// by block of rows, so that no pass is kept.
    fileprivate func moments(_ inputs: [Double], rows: Int, passes: Int) -> PredictionMoments {
        var means = [Double](repeating: 0, count: rows * shape.outputs)
        var squares = means
        let loss = Loss<S>(task: shape.task, outputs: shape.outputs)
        let parts = Partition(total: rows, size: blockRows)
        for part in 0..<parts.count {
            let block = parts[part]
            let input = input(of: 0)
            let (firstInput, first) = (block.lowerBound * shape.inputs, block.lowerBound * shape.outputs)
            for index in 0..<(block.count * shape.inputs) { input[index] = S(inputs[firstInput + index]) }
            for number in 0..<passes {
                let pass = PredictionDropout.Pass(
                    number: UInt32(truncatingIfNeeded: number), firstRow: block.lowerBound)
                let z = logits(rows: block.count, worker: 0, pass: pass)
                loss.activate(z, rows: block.count)
                for index in 0..<(block.count * shape.outputs) {
                    let output = z[index].double
                    let distance = output - means[first + index]
                    means[first + index] += distance / Double(number + 1)
                    squares[first + index] += distance * (output - means[first + index])
                }
            }
        }
        return PredictionMoments(
            means: means, standardDeviations: squares.map { ($0 / Double(max(passes, 1))).squareRoot() })
    }
}
