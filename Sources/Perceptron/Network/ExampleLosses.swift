extension TrainedNetwork {
    /// The loss of every example of `examples`, in their order, in inference mode and without the penalty: what
    /// `SetMetrics.loss` is the mean of.
    public func losses(_ examples: ExampleSet) throws(TrainingError) -> [Double] {
        switch precision {
        case .float32: try losses(examples, as: Float.self)
        case .float64: try losses(examples, as: Double.self)
        }
    }

    private func losses<S: Scalar>(_ examples: ExampleSet, as: S.Type) throws(TrainingError) -> [Double] {
        // A set looks at the ends of a network alone.
        let ends = NetworkSpecification(
            inputs: shape.inputs, hiddenLayers: [], outputs: shape.outputs, task: shape.task)
        let set = try EncodedSet<S>(examples, network: ends)
        let workspace = Workspace()
        let inference = try Inference<S>(
            shape: shape, arenas: Arenas<S>(self, in: workspace), workers: 1, plan: .fitting(shape),
            kernels: Kernels(InstructionSet.preferred), workspace: workspace)
        let loss = Loss<S>(task: shape.task, outputs: shape.outputs)
        let parts = Partition(total: set.count, size: inference.blockRows)
        return FloatingPointMode.flushingDenormals {
            inference.prepare()
            return set.targets.withUnsafeBufferPointer { targets in
                guard let targets = targets.baseAddress else { return [] }
                var losses: [Double] = []
                losses.reserveCapacity(set.count)
                for part in 0..<parts.count {
                    let rows = parts[part]
                    set.encoder.encode(rows, into: inference.input(of: 0))
                    let z = inference.logits(rows: rows.count, worker: 0)
                    for (place, row) in rows.enumerated() {
                        losses.append(loss.score(z + place * shape.outputs, targets + row, rows: 1).loss)
                    }
                }
                return losses
            }
        }
    }
}

/// The standard error of the mean of `values`: s / √n with s² = Σ (v − v̄)² / (n − 1); nil for fewer than two.
public func standardErrorOfMean(_ values: [Double]) -> Double? {
    guard values.count > 1 else { return nil }
    let count = Double(values.count)
    let mean = values.reduce(0, +) / count
    let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    return (squares / (count - 1) / count).squareRoot()
}
