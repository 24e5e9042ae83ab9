/// The update rule with its constants. Formulas: docs/numerics.md.
public enum OptimizerSpecification: Hashable, Sendable {
    /// w ← w − α g
    case sgd
    /// v ← β v + (1 − β) g ; w ← w − α v (the course's form, no bias correction)
    case momentum(beta: Double)
    /// s ← ρ s + (1 − ρ) g² ; w ← w − α g / (√s + ε)
    case rmsprop(rho: Double, epsilon: Double)
    /// Kingma and Ba 2015, with bias correction.
    case adam(beta1: Double, beta2: Double, epsilon: Double)
    /// Loshchilov and Hutter 2019: Adam, and w ← w − α (weightDecay + λ₂/m) w on weights, decoupled from the gradient.
    case adamw(beta1: Double, beta2: Double, epsilon: Double, weightDecay: Double)

    /// The JSON word.
    public var name: Name {
        switch self {
        case .sgd: .sgd
        case .momentum: .momentum
        case .rmsprop: .rmsprop
        case .adam: .adam
        case .adamw: .adamw
        }
    }

    /// The rule as a step applies it: AdamW takes the L2 penalty's λ₂/m, here `decay`, decoupled like its own; the
    /// other rules have it in the gradient.
    func addingDecay(_ decay: Double) -> OptimizerSpecification {
        guard case .adamw(let beta1, let beta2, let epsilon, let weightDecay) = self else { return self }
        return .adamw(beta1: beta1, beta2: beta2, epsilon: epsilon, weightDecay: weightDecay + decay)
    }

    /// The optimizers' JSON words.
    public enum Name: String, CaseIterable, Codable, Sendable {
        case sgd, momentum, rmsprop, adam, adamw

        /// The learning rate a job gets that names none.
        public var defaultLearningRate: Double { self == .sgd || self == .momentum ? 0.01 : 0.001 }
    }
}

/// How the learning rate α falls from α₀ with the epoch e (0 for the first).
public enum LearningRateDecay: Hashable, Sendable {
    /// α = α₀ · rate^⌊e / every⌋
    case step(rate: Double, every: Int)
    /// α = α₀ · rate^e
    case exponential(rate: Double)
    /// α = α₀ / (1 + rate · e)
    case inverseTime(rate: Double)
    /// α = minimum + (α₀ − minimum)(1 + cos(π e / epochs)) / 2, `epochs` being the job's
    case cosine(minimum: Double)

    /// The schedules' JSON words.
    public enum Name: String, CaseIterable, Codable, Sendable {
        case step, exponential, cosine
        case inverseTime = "inverse_time"
    }
}

/// When to stop before the last epoch.
public struct EarlyStopping: Hashable, Sendable {
    /// What is watched, at the end of every epoch.
    public var monitor: Monitor
    /// Epochs without an improvement that are waited for.
    public var patience: Int
    /// The least change that counts as an improvement, ≥ 0.
    public var minDelta: Double
    /// Whether the result is the best epoch's parameters rather than the last one's.
    public var restoreBest: Bool

    /// The contract's defaults.
    public init(monitor: Monitor = .devLoss, patience: Int = 20, minDelta: Double = 0, restoreBest: Bool = true) {
        self.monitor = monitor
        self.patience = patience
        self.minDelta = minDelta
        self.restoreBest = restoreBest
    }
}
