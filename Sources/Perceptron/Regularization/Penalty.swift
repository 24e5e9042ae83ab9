/// (λ₂/2m) Σ‖W‖² + (λ₁/2m) Σ|W| over all weights, biases left out; m = number of training examples, whatever the batch.
struct Penalty {
    private let l1: Double
    private let l2: Double
    private let gradientL2: Double
    private let examples: Double

    /// - Parameter isStep: whether gradients are for a step of training: AdamW takes λ₂ as decay, not by way of them.
    init(_ training: TrainingSpecification, examples: Int, isStep: Bool) {
        l1 = training.l1Lambda
        l2 = training.l2Lambda
        gradientL2 = isStep && training.optimizer.name == .adamw ? 0 : l2
        self.examples = Double(examples)
    }

    /// The penalty itself.
    func cost<S: Scalar>(_ arenas: Arenas<S>, _ layout: ParameterLayout) -> Double {
        guard l1 != 0 || l2 != 0 else { return 0 }
        var squares = 0.0
        var magnitudes = 0.0
        for layer in layout.layers {
            let weights = arenas.parameters + layer.weights.lowerBound
            if l2 != 0 { squares += Sums.squares(weights, count: layer.weights.count) }
            if l1 != 0 { magnitudes += Sums.magnitudes(weights, count: layer.weights.count) }
        }
        return (l2 * squares + l1 * magnitudes) / (2 * examples)
    }

    /// One weight's part of it.
    func cost(ofWeight w: Double) -> Double { (l2 * w * w + l1 * abs(w)) / (2 * examples) }

    /// gradient += (λ₂/m) W + (λ₁/2m) sign(W), sign(0) = 0
    func addGradient<S: Scalar>(_ arenas: Arenas<S>, _ layout: ParameterLayout) {
        guard l1 != 0 || gradientL2 != 0 else { return }
        let decay = S(gradientL2 / examples)
        let pull = S(l1 / (2 * examples))
        for layer in layout.layers {
            let weights = arenas.parameters + layer.weights.lowerBound
            let gradient = arenas.gradient + layer.weights.lowerBound
            let count = layer.weights.count
            if gradientL2 != 0 {
                for index in 0..<count { gradient[index] += decay * weights[index] }
            }
            if l1 != 0 {
                for index in 0..<count {
                    let w = weights[index]
                    gradient[index] += w > 0 ? pull : (w < 0 ? -pull : 0)
                }
            }
        }
    }
}
