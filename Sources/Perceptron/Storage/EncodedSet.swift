/// A set as the engine uses it: inputs are encoded when they are needed, targets and weights are decoded once.
struct EncodedSet<S: Scalar> {
    let count: Int
    let encoder: InputEncoder
    /// Class number or value of every example.
    let targets: [S]
    /// What every example counts.
    let weights: EncodedWeights<S>
    /// Σ w (y − ȳ)², ȳ being the weighted mean, for r².
    let totalSquares: Double
    /// All inputs (count, inputs), targets (count) and weights of the loss (count, if there are any), encoded once; nil
    /// where that was not asked for or is not small.
    let encoded: (inputs: UnsafePointer<S>, targets: UnsafePointer<S>, weights: UnsafePointer<S>?)?

    /// Inputs up to this many bytes are kept encoded: a step of a small network takes less time than encoding its
    /// batch would.
    static var smallBytes: Int { 8 << 20 }

    /// - Parameter workspace: owns the encoded inputs if they are to be kept.
    init(
        _ examples: ExampleSet, network: NetworkSpecification, keptIn workspace: Workspace? = nil
    ) throws(TrainingError) {
        guard examples.inputs.count == network.inputs else {
            throw .inputCount(expected: network.inputs, found: examples.inputs.count)
        }
        count = examples.count
        encoder = InputEncoder(examples)
        targets = try Self.decode(examples, network)
        weights = try EncodedWeights(examples)
        totalSquares = Self.totalSquares(targets, weights)
        let values = count.multipliedReportingOverflow(by: network.inputs)
        guard let workspace, !values.overflow, values.partialValue <= Self.smallBytes / MemoryLayout<S>.stride else {
            encoded = nil
            return
        }
        let inputs: UnsafeMutablePointer<S> = try workspace.take(values.partialValue)
        let copy: UnsafeMutablePointer<S> = try workspace.take(count)
        encoder.encode(0..<count, into: inputs)
        copy.update(from: targets, count: count)
        var weightsCopy: UnsafePointer<S>?
        if let weights = weights.ofLoss {
            let copy: UnsafeMutablePointer<S> = try workspace.take(count)
            copy.update(from: weights, count: count)
            weightsCopy = UnsafePointer(copy)
        }
        encoded = (UnsafePointer(inputs), UnsafePointer(copy), weightsCopy)
    }

    private static func totalSquares(_ targets: [S], _ weights: EncodedWeights<S>) -> Double {
        var mean = 0.0
        for (place, target) in targets.enumerated() { mean += (weights.ofLoss?[place].double ?? 1) * target.double }
        mean /= targets.isEmpty ? 1 : weights.lossTotal
        var squares = 0.0
        for (place, target) in targets.enumerated() {
            squares += (weights.ofLoss?[place].double ?? 1) * ((target.double - mean) * (target.double - mean))
        }
        return squares
    }

    private static func decode(
        _ examples: ExampleSet, _ network: NetworkSpecification
    ) throws(TrainingError) -> [S] {
        var targets: [S] = []
        targets.reserveCapacity(examples.count)
        switch examples.targetEncoding {
        case .value:
            guard network.task == .regression, network.outputs == 1 else {
                throw .taskDoesNotFitTarget(network.task, outputs: network.outputs, classes: nil)
            }
            for row in examples.rows {
                let value = examples.table[Int(row), examples.targetColumn]
                let target = S(value)
                guard target.isFinite else { throw .badTarget(row: Int(row), value: value) }
                targets.append(target)
            }
        case .classes(let codes):
            let fits =
                switch network.task {
                case .binary: network.outputs == 1 && codes.count == 2
                case .multiclass: network.outputs == codes.count
                case .regression: false
                }
            guard fits else {
                throw .taskDoesNotFitTarget(network.task, outputs: network.outputs, classes: codes.count)
            }
            let numbers = Dictionary(codes.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
            for row in examples.rows {
                let code = examples.table[Int(row), examples.targetColumn]
                guard let number = numbers[code] else { throw .badTarget(row: Int(row), value: code) }
                targets.append(S(number))
            }
        }
        return targets
    }

    /// Everything, in the set's order; weights only where the set has some.
    func encodeAll(
        inputs: UnsafeMutablePointer<S>, targets out: UnsafeMutablePointer<S>, weights: UnsafeMutablePointer<S>
    ) {
        encoder.encode(0..<count, into: inputs)
        out.update(from: targets, count: count)
        if let values = self.weights.ofLoss { weights.update(from: values, count: count) }
    }

    /// The examples at `positions`, in that order; weights only where the set has some.
    func encode(
        _ positions: UnsafeBufferPointer<Int32>, inputs: UnsafeMutablePointer<S>, targets out: UnsafeMutablePointer<S>,
        weights: UnsafeMutablePointer<S>
    ) {
        encoder.encode(positions, into: inputs)
        Self.gather(targets, positions, into: out)
        if let values = self.weights.ofLoss { Self.gather(values, positions, into: weights) }
    }

    private static func gather(
        _ values: [S], _ positions: UnsafeBufferPointer<Int32>, into out: UnsafeMutablePointer<S>
    ) {
        values.withUnsafeBufferPointer { values in
            for (place, position) in positions.enumerated() { out[place] = values[Int(position)] }
        }
    }

    /// `rows` examples in an epoch's variations: those at `positions` in that order, or the first ones; weights only where
    /// the set has some.
    func encode(
        _ epoch: AugmentedEpoch, at positions: UnsafePointer<Int32>?, rows: Int, inputs: UnsafeMutablePointer<S>,
        targets out: UnsafeMutablePointer<S>, weights: UnsafeMutablePointer<S>, sharedBy team: ThreadTeam
    ) {
        let ofLoss = self.weights.ofLoss
        let columns = encoder.columns
        let parts = Partition.rows(rows, columns: columns)
        targets.withUnsafeBufferPointer { values in
            team.run(parts.count) { part, worker in
                for row in parts[part] {
                    let position = positions.map { Int($0[row]) } ?? row
                    epoch.encode(position: position, worker: worker, into: inputs + row * columns)
                    out[row] = values[position]
                    if let ofLoss { weights[row] = ofLoss[position] }
                }
            }
        }
    }
}
