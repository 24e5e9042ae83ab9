/// J and its gradient as functions of the parameters, in float64 on a whole set in training mode (batch statistics
/// where the network has batch normalisation): what a gradient check compares. Not for use by two threads at once.
package struct CostFunction {
    /// On which side of 0 every pre-activation of a ReLU kind lies, example by example: two evaluations with equal
    /// signs have no kink of the activations between them.
    package struct Signs: Hashable, Sendable {
        var words: [UInt64] = []
    }

    /// Where the gradient is taken; starts as the network's starting parameters, in arena order.
    package var parameters: [Double]
    /// What each index of `parameters` stands for.
    package let layout: ParameterLayout

    private let step: GradientStep<Double>
    private let penalty: Penalty<Double>

    /// The cost on all of `examples`. `dropout` true keeps one mask per dropout layer, the first that training would
    /// draw, for every evaluation; false switches dropout off.
    /// - Throws: what keeps a training run from starting.
    package init(
        network: NetworkSpecification, training: TrainingSpecification, on examples: ExampleSet, dropout: Bool = false
    ) throws(TrainingError) {
        var network = network
        var training = training
        training.dropoutMask = .fixed
        if !dropout { network = network.withoutDropout }
        let shape = NetworkShape(network)
        layout = ParameterLayout(shape)
        let workspace = Workspace()
        let arenas = try Arenas<Double>(layout: layout, in: workspace)
        try InitialParameters.fill(arenas, network: network, training: training)
        step = try GradientStep(
            network: network, training: training, arenas: arenas, rows: examples.count, team: ThreadTeam(threads: 1),
            instructionSet: .preferred, workspace: workspace)
        let set = try EncodedSet<Double>(examples, network: network)
        step.load(set, at: nil, rows: examples.count)
        penalty = Penalty(
            training, examples: examples.count, isStep: false, kernels: Kernels(InstructionSet.preferred))
        parameters = Array(UnsafeBufferPointer(start: arenas.parameters, count: layout.count))
    }

    /// J and ∂J/∂parameters at `parameters`, both in arena order.
    package func costAndGradient() -> (cost: Double, gradient: [Double]) {
        let loss = evaluate(parameters)
        step.backward()
        penalty.addGradient(step.arenas, layout)
        let gradient = Array(UnsafeBufferPointer(start: step.arenas.gradient, count: layout.count))
        return (loss + penalty.cost(step.arenas, layout), gradient)
    }

    /// J at other parameters (arena order), with the signs that tell whether a kink was crossed.
    package func cost(at parameters: [Double]) -> (cost: Double, signs: Signs) {
        let loss = evaluate(parameters)
        return (loss + penalty.cost(step.arenas, layout), step.signs())
    }

    /// The mean weighted loss alone and the signs: J without its penalty, whose large sum would drown small differences.
    package func loss(at parameters: [Double]) -> (loss: Double, signs: Signs) {
        let loss = evaluate(parameters)
        return (loss, step.signs())
    }

    /// One weight's part of the penalty: (λ₂/2m) w² + (λ₁/2m) |w|.
    package func penalty(ofWeight w: Double) -> Double { penalty.cost(ofWeight: w) }

    /// Mean weighted loss of a forward pass in training mode; running statistics stay as they are.
    private func evaluate(_ parameters: [Double]) -> Double {
        precondition(parameters.count == layout.count, "parameters must fill the arena")
        parameters.withUnsafeBufferPointer { values in
            if let base = values.baseAddress { step.arenas.parameters.update(from: base, count: values.count) }
        }
        return step.forward(rows: step.maximumRows, step: 0, updatesRunningStatistics: false)
            / Double(step.maximumRows)
    }
}
