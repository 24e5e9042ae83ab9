/// How the network is trained. Every field is legal by the time the engine sees it.
public struct TrainingSpecification: Sendable {
    /// Passes over the training rows, ≥ 1.
    public var epochs: Int = 200
    /// Examples per step.
    public var batchSize: BatchSize = .count(64)
    /// A new order of the rows each epoch; a full batch keeps the rows' own order.
    public var shuffle: Bool = true
    /// The update rule.
    public var optimizer: OptimizerSpecification = .adam(beta1: 0.9, beta2: 0.999, epsilon: 1e-8)
    /// α₀ > 0.
    public var learningRate: Double = 0.001
    /// Constant α if nil.
    public var learningRateDecay: LearningRateDecay?
    /// λ₁ ≥ 0 of (λ₁/2m) Σ|W|.
    public var l1Lambda: Double = 0
    /// λ₂ ≥ 0 of (λ₂/2m) Σ‖W‖².
    public var l2Lambda: Double = 0
    /// The gradient's largest Euclidean norm over all parameters, > 0; longer gradients are scaled down to it.
    public var clipNorm: Double?
    /// Needs a dev set unless it watches the training loss.
    public var earlyStopping: EarlyStopping?
    /// Wall-clock seconds after which training stops with what it has, > 0.
    public var timeLimitSeconds: Double?
    /// Decides every random number.
    public var seed: UInt64 = 0
    /// Scalars of parameters and activations.
    public var precision: Precision = .float32
    /// Epochs between history rows, ≥ 1; the first and last epoch are always recorded.
    public var historyEvery: Int = 1
    /// Threads that share a step, ≥ 1; the result does not depend on it.
    public var threads: Int = 1
    /// Source of starting weights and dropout masks.
    public var generator: Generator = .philox
    /// Seed of the dropout masks' own stream.
    public var dropoutSeed: UInt64 = 0
    /// New masks each step, or the same ones.
    public var dropoutMask: DropoutMask = .resample

    /// Whether the run is watched for alarms; the weights do not depend on it.
    public var monitor: HealthMonitoring = .on
    /// Alarms the first of which ends training.
    public var stopOn: [HealthAlarm.Kind] = []

    /// The contract's defaults.
    public init() {}
}
