/// A layer's activation g, applied to z = W·x + b.
public enum Activation: String, CaseIterable, Codable, Sendable {
    case relu
    case tanh
    case sigmoid
    /// z for z > 0, else 0.01 z.
    case leakyReLU = "leaky_relu"
    case identity

    /// Whether the activation is of the ReLU kind, for which He initialisation was made.
    public var isReLUKind: Bool { self == .relu || self == .leakyReLU }
}

/// What the network predicts; it fixes the output activation and the loss.
public enum Task: String, CaseIterable, Codable, Sendable {
    /// One sigmoid output, binary cross-entropy.
    case binary
    /// One softmax output per class, categorical cross-entropy.
    case multiclass
    /// One identity output, squared error: the loss of an example is (ŷ − y)².
    case regression
}

/// How the starting weights are drawn; every choice but `zeros` is a normal distribution with mean 0.
public enum Initializer: String, CaseIterable, Codable, Sendable {
    /// `he` for layers with a ReLU kind of activation, `xavier` for the others.
    case auto
    /// Variance 2 / n_in (He et al. 2015).
    case he
    /// Variance 1 / n_in.
    case xavier
    /// Variance 2 / (n_in + n_out) (Glorot and Bengio 2010).
    case glorot
    /// Variance 2 / (n_in · n_out), as the course prints it.
    case bengio
    /// All weights 0.
    case zeros
    /// Variance 1.
    case normal
}

/// The number format of training.
public enum Precision: String, CaseIterable, Codable, Sendable {
    case float32, float64
}

/// Where random numbers come from.
public enum Generator: String, CaseIterable, Codable, Sendable {
    /// Counter-based Philox 4x32-10, keyed by the seed.
    case philox
    /// NumPy's legacy `RandomState`: starting weights and dropout masks as a notebook draws them.
    case numpy
}

/// Whether each step draws new dropout masks.
public enum DropoutMask: String, CaseIterable, Codable, Sendable {
    case resample
    /// The same masks at every step, as the course's exercise has it.
    case fixed
}

/// How many examples a step sees.
public enum BatchSize: Hashable, Sendable {
    /// All training examples: batch gradient descent.
    case full
    /// This many; the last step of an epoch takes what is left.
    case count(Int)
}

/// The quantity early stopping watches.
public enum Monitor: String, CaseIterable, Codable, Sendable {
    case devLoss = "dev_loss"
    case devAccuracy = "dev_accuracy"
    case trainLoss = "train_loss"

    /// Whether a larger value is the better one.
    public var largerIsBetter: Bool { self == .devAccuracy }
}

/// Why training ended.
public enum StopReason: String, CaseIterable, Codable, Sendable {
    case completed
    case earlyStopping = "early_stopping"
    case timeLimit = "time_limit"
    case cancelled
    case diverged
    /// One of the alarms that were to end it was raised.
    case alarm
}
