/// (λ₂/2m) Σ‖W‖² + (λ₁/2m) Σ|W| over all weights, biases left out; m = number of training examples, whatever the batch.
struct Penalty<S: Scalar> {
    private let l1: Double
    private let l2: Double
    private let gradientL2: Double
    private let examples: Double
    private let kernels: Kernels<S>

    /// - Parameter isStep: whether gradients are for a step of training: AdamW takes λ₂ as decay, not by way of them.
    init(_ training: TrainingSpecification, examples: Int, isStep: Bool, kernels: Kernels<S>) {
        l1 = training.l1Lambda
        l2 = training.l2Lambda
        gradientL2 = isStep && training.optimizer.name == .adamw ? 0 : l2
        self.examples = Double(examples)
        self.kernels = kernels
    }

    /// The penalty itself.
    func cost(_ arenas: Arenas<S>, _ layout: ParameterLayout) -> Double {
        guard l1 != 0 || l2 != 0 else { return 0 }
        var squares = 0.0
        var magnitudes = 0.0
        for layer in layout.layers {
            let weights = arenas.parameters + layer.weights.lowerBound
            if l2 != 0 { squares += kernels.squares(weights, count: layer.weights.count) }
            if l1 != 0 { magnitudes += kernels.magnitudes(weights, count: layer.weights.count) }
        }
        return (l2 * squares + l1 * magnitudes) / (2 * examples)
    }

    /// One weight's part of it.
    func cost(ofWeight w: Double) -> Double { (l2 * w * w + l1 * abs(w)) / (2 * examples) }

    /// λ₂/m and λ₁/2m of the gradient.
    var gradientTerms: (decay: Double, pull: Double) { (gradientL2 / examples, l1 / (2 * examples)) }

    /// gradient += (λ₂/m) W + (λ₁/2m) sign(W), sign(0) = 0
    func addGradient(_ arenas: Arenas<S>, _ layout: ParameterLayout) {
        guard l1 != 0 || gradientL2 != 0 else { return }
        let (decay, pull) = gradientTerms
        for layer in layout.layers {
            kernels.addPenalty(
                arenas.gradient + layer.weights.lowerBound, arenas.parameters + layer.weights.lowerBound,
                decay: decay, pull: pull, count: layer.weights.count)
        }
    }
}
