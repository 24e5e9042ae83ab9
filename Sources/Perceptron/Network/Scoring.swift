/// Some examples of a set, one after the other, as a network answers them.
public struct ScoredBlock: Sendable {
    /// Place of the first example within its set.
    public let first: Int
    /// Class numbers, or values as the table has them (rows).
    public let targets: [Double]
    /// The probability of class 1, one probability per class, or the value, row-major (rows, outputs).
    public let outputs: [Double]
    /// The loss of each example (rows), without penalties.
    public let losses: [Double]

    /// How many examples.
    public var count: Int { targets.count }

    /// The outputs of an example of the block.
    public func outputs(of place: Int) -> ArraySlice<Double> {
        let width = outputs.count / max(count, 1)
        return outputs[place * width..<(place + 1) * width]
    }
}

extension TrainedNetwork {
    /// Answers every example of `examples`, in the set's order and in inference mode, some hundred at a time, so that a
    /// set of any size takes the memory of one block and of its targets.
    /// - Throws: `TrainingError` where the set does not fit the network or the memory is lacking, and what `body` throws.
    public func score(_ examples: ExampleSet, _ body: (ScoredBlock) throws -> Void) throws {
        switch precision {
        case .float32: try score(examples, as: Float.self, body)
        case .float64: try score(examples, as: Double.self, body)
        }
    }

    private func score<S: Scalar>(
        _ examples: ExampleSet, as: S.Type, _ body: (ScoredBlock) throws -> Void
    ) throws {
        let specification = NetworkSpecification(
            inputs: shape.inputs, hiddenLayers: [], outputs: shape.outputs, task: shape.task)
        let set = try EncodedSet<S>(examples, network: specification)
        let workspace = Workspace()
        let inference = try Inference<S>(
            shape: shape, arenas: Arenas<S>(self, in: workspace), workers: 1, plan: .fitting(shape),
            kernels: Kernels(InstructionSet.preferred), workspace: workspace)
        let parts = Partition(total: set.count, size: inference.blockRows)
        for part in 0..<parts.count {
            let rows = parts[part]
            let block = FloatingPointMode.flushingDenormals {
                if part == 0 { inference.prepare() }
                set.encoder.encode(rows, into: inference.input(of: 0))
                return scored(rows, inference.logits(rows: rows.count, worker: 0), set, examples)
            }
            try body(block)
        }
    }

    /// Outputs and losses of the examples at `rows`, whose logits are z (rows, outputs).
    private func scored<S: Scalar>(
        _ rows: Range<Int>, _ z: UnsafeMutablePointer<S>, _ set: EncodedSet<S>, _ examples: ExampleSet
    ) -> ScoredBlock {
        let loss = Loss<S>(task: shape.task, outputs: shape.outputs)
        var targets: [Double] = []
        var losses: [Double] = []
        targets.reserveCapacity(rows.count)
        losses.reserveCapacity(rows.count)
        for (place, row) in rows.enumerated() {
            if shape.task == .regression {
                // Not the target rounded to S: what a client computes from the answer is what the answer says.
                let target = examples.table[Int(examples.rows[row]), examples.targetColumn]
                let difference = z[place].double - target
                targets.append(target)
                losses.append(difference * difference)
            } else {
                var target = set.targets[row]
                targets.append(target.double)
                losses.append(loss.score(z + place * shape.outputs, &target, rows: 1).loss)
            }
        }
        let outputs = (0..<rows.count * shape.outputs).map { z[$0].double }
        return ScoredBlock(first: rows.lowerBound, targets: targets, outputs: outputs, losses: losses)
    }
}
