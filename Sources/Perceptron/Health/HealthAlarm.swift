/// Something that is wrong with a run, its network or its data: what was measured, and the limit it is beyond. What each
/// kind measures, and why its limit is where it is: docs/health.md.
public struct HealthAlarm: Hashable, Sendable {
    /// The illnesses.
    public enum Kind: String, CaseIterable, Codable, Sendable {
        /// Inputs of very different sizes reach the network as they are.
        case inputScale = "input_scale"
        /// One feature says what the target is.
        case targetLeak = "target_leak"
        /// Dev or test examples that are training examples.
        case duplicateRows = "duplicate_rows"
        /// Shares of the classes that differ between the sets by more than chance.
        case shiftedClasses = "shifted_classes"
        /// Means of a feature that differ between the sets by more than chance.
        case shiftedFeatures = "shifted_features"
        /// Starting weights with which the signal, or its gradient, is lost or explodes on its way.
        case initializer
        /// Next to nothing of the gradient reaches the first layer.
        case vanishingGradients = "vanishing_gradients"
        /// The gradient grows without measure, from layer to layer or from probe to probe.
        case explodingGradients = "exploding_gradients"
        /// ReLU units that are 0 for every example.
        case deadUnits = "dead_units"
        /// Sigmoid or tanh units that are at the flat ends for nearly every example.
        case saturatedUnits = "saturated_units"
        /// A step that replaces the weights rather than changing them, or all but leaves them alone.
        case updateRatio = "update_ratio"
        /// The cost rises where gradient descent should lower it at every step.
        case costRising = "cost_rising"
        /// The cost or a parameter is no finite number any more.
        case divergence
    }

    /// The data sets other than that for training.
    public enum HeldOutSet: String, CaseIterable, Codable, Sendable {
        case dev, test
    }

    /// What is wrong.
    public var kind: Kind
    /// The layer it was seen in, 1 for the first hidden layer, the output layer being the last; nil where it is not
    /// about one layer.
    public var layer: Int?
    /// 0 before training, else the epoch, counted from 1, in or after which it was seen.
    public var epoch: Int
    /// What was measured; infinite or NaN where training has left the finite numbers.
    public var value: Double
    /// The limit `value` is beyond; nil where there is none to name.
    public var threshold: Double?
    /// The network input it is about, 0 for the first: one of those of a text column stands for the column.
    public var input: Int?
    /// The class it is about, 0 for the first.
    public var classIndex: Int?
    /// The set it was seen in.
    public var set: HeldOutSet?

    /// An alarm.
    public init(
        _ kind: Kind, layer: Int? = nil, epoch: Int, value: Double, threshold: Double?, input: Int? = nil,
        classIndex: Int? = nil, set: HeldOutSet? = nil
    ) {
        self.kind = kind
        self.layer = layer
        self.epoch = epoch
        self.value = value
        self.threshold = threshold
        self.input = input
        self.classIndex = classIndex
        self.set = set
    }
}

extension HealthAlarm {
    /// What makes two alarms of a run the same one.
    public struct Identity: Hashable, Sendable {
        /// What is wrong.
        public let kind: Kind
        /// Where; nil where it is not about one layer.
        public let layer: Int?

        /// Kind and layer.
        public init(kind: Kind, layer: Int?) {
            self.kind = kind
            self.layer = layer
        }
    }

    /// Kind and layer: a run raises each such pair once.
    public var identity: Identity { Identity(kind: kind, layer: layer) }
}

/// Whether a run is watched for alarms.
public enum HealthMonitoring: String, CaseIterable, Codable, Sendable {
    case on, off
}
