/// Looks at the network with a few training examples, dropout off: what each layer's gradient and units are like. It has
/// a small batch of its own, and shares the gradient's arena with the steps, which need nothing in it between epochs.
final class HealthProbe<S: Scalar> {
    /// What a probe finds.
    struct Findings {
        /// First layer to last.
        var layers: [LayerStatistics]
        /// Mean loss of the probed examples.
        var loss: Double
    }

    /// Examples of the sample.
    let rows: Int
    /// The mean loss of the best constant prediction for them: their entropy, or the variance of their targets.
    let constantLoss: Double

    private let step: GradientStep<S>
    private let layout: ParameterLayout
    private let arenas: Arenas<S>
    private let activations: [Activation]
    private let kernels: Kernels<S>
    private let workspace: Workspace
    private let sums: UnsafeMutablePointer<Double>
    private let squares: UnsafeMutablePointer<Double>
    private let zeros: UnsafeMutablePointer<Double>

    init(
        _ network: NetworkSpecification, _ training: TrainingSpecification, _ set: EncodedSet<S>, rows: Int,
        arenas: Arenas<S>, team: ThreadTeam, instructionSet: InstructionSet, workspace: Workspace
    ) throws(TrainingError) {
        let shape = NetworkShape(network)
        layout = ParameterLayout(shape)
        self.arenas = arenas
        self.rows = rows
        self.workspace = workspace
        activations = network.hiddenLayers.map(\.activation)
        kernels = Kernels(instructionSet)
        step = try GradientStep(
            network: network.withoutDropout, training: training, arenas: arenas, rows: rows, team: team,
            instructionSet: instructionSet, workspace: workspace)
        sums = try workspace.take(shape.widest)
        squares = try workspace.take(shape.widest)
        zeros = try workspace.take(shape.widest)
        let positions = (0..<rows).map { Int32($0 * set.count / rows) }
        constantLoss = Self.constantLoss(network, positions.map { set.targets[Int($0)].double })
        positions.withUnsafeBufferPointer { step.load(set, at: $0.baseAddress, rows: rows) }
    }

    private static func constantLoss(_ network: NetworkSpecification, _ targets: [Double]) -> Double {
        let count = Double(max(targets.count, 1))
        if network.task == .regression {
            let mean = targets.reduce(0, +) / count
            return targets.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count
        }
        var counts = [Double](repeating: 0, count: max(network.outputs, 2))
        for target in targets { counts[Int(target)] += 1 }
        return -counts.reduce(0) { $1 > 0 ? $0 + $1 / count * Double.log($1 / count) : $0 }
    }

    /// The network as it is now; the arena of gradients is overwritten.
    func look() -> Findings {
        let loss = step.forward(rows: rows, step: 0, updatesRunningStatistics: false) / Double(rows)
        let deltas = step.backwardWithDeltas()
        let layers = layout.layers.enumerated().map { number, place in
            var statistics = LayerStatistics(
                gradientNorm: gradientNorm(place), deltaNorm: deltas[number].squareRoot(),
                weightNorm: kernels.squares(arenas.parameters + place.weights.lowerBound, count: place.weights.count)
                    .squareRoot())
            if number < activations.count { describeUnits(of: number, units: place.units, in: &statistics) }
            return statistics
        }
        return Findings(layers: layers, loss: loss)
    }

    private func gradientNorm(_ place: ParameterLayout.Layer) -> Double {
        // Biases that batch normalisation makes idle have a derivative of 0.
        let tensors = [place.weights, place.biases, place.gamma, place.beta].compactMap(\.self)
        return tensors.reduce(0) { $0 + kernels.squares(arenas.gradient + $1.lowerBound, count: $1.count) }.squareRoot()
    }

    private func describeUnits(of number: Int, units: Int, in statistics: inout LayerStatistics) {
        var values = step.output(ofLayer: number).place
        kernels.table.pointee.column_sums(&values, Int64(rows), 0, Int64(units), sums)
        kernels.table.pointee.column_squares(&values, zeros, Int64(rows), 0, Int64(units), squares)
        let activation = activations[number]
        var (sum, square) = (0.0, 0.0)
        var (dead, saturated) = (0, 0)
        for unit in 0..<units {
            sum += sums[unit]
            square += squares[unit]
            // No output of ReLU is negative: their sum is 0 where all are.
            if sums[unit] == 0 { dead += 1 }
            if meanDerivative(activation, unit) < 0.05 { saturated += 1 }
        }
        let count = Double(units * rows)
        let mean = sum / count
        statistics.activationMean = mean
        statistics.activationDeviation = max(square / count - mean * mean, 0).squareRoot()
        if activation == .relu { statistics.deadShare = Double(dead) / Double(units) }
        if activation.saturates { statistics.saturatedShare = Double(saturated) / Double(units) }
    }

    /// The mean of g′ over the examples, its largest value being 1; 1 for what does not saturate.
    private func meanDerivative(_ activation: Activation, _ unit: Int) -> Double {
        let count = Double(rows)
        return switch activation {
        case .tanh: 1 - squares[unit] / count
        case .sigmoid: 4 * (sums[unit] - squares[unit]) / count
        case .relu, .leakyReLU, .identity: 1
        }
    }
}

extension Activation {
    /// Whether g is flat at both ends.
    var saturates: Bool { self == .tanh || self == .sigmoid }
}

extension NetworkSpecification {
    /// The same with every unit kept.
    var withoutDropout: NetworkSpecification {
        var network = self
        network.inputKeepProb = 1
        for index in network.hiddenLayers.indices { network.hiddenLayers[index].keepProb = 1 }
        return network
    }
}
