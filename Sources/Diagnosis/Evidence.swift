import Evaluation
import Perceptron

/// All that a diagnosis is made of.
public struct Evidence: Sendable {
    /// How a client's data is dealt into sets.
    public struct Split: Hashable, Sendable {
        /// Share of the rows that train.
        public var train: Double
        /// Share of the dev set.
        public var dev: Double
        /// Share of the test set.
        public var test: Double

        /// Three shares that sum to 1.
        public init(train: Double, dev: Double, test: Double) {
            self.train = train
            self.dev = dev
            self.test = test
        }
    }

    /// The errors on the training set.
    public var train: ErrorSample
    /// The errors on the dev set, if there is one.
    public var dev: ErrorSample?
    /// The errors on the test set, if there is one.
    public var test: ErrorSample?
    /// The error that nobody can go below: a share of wrong answers, or a mean squared error.
    public var baseError: Double
    /// The network as it was asked for.
    public var network: NetworkSpecification
    /// Whether it started from weights that the client gave, so that its layers cannot be others.
    public var hasInitialWeights: Bool
    /// The training as it was asked for.
    public var training: TrainingSpecification
    /// Norms of the trained weights, layer by layer.
    public var norms: [WeightNorms]
    /// The learning curve.
    public var history: [HistoryRow]
    /// Why training ended.
    public var stopReason: StopReason
    /// nil where the client gave the sets as such.
    public var split: Split?
    /// Whether the job may be told to add noise to its features: it has numeric ones and no augmentation yet.
    public var canAddNoise: Bool
    /// What was seen to be wrong while the job ran.
    public var alarms: Set<HealthAlarm.Kind>
    /// Whether inputs reach the network as the client gave them.
    public var inputsAreRaw: Bool
    /// Whether the classes count by their shares: no class weights are set.
    public var classesAreUnweighted: Bool

    /// All values.
    public init(
        train: ErrorSample, dev: ErrorSample? = nil, test: ErrorSample? = nil, baseError: Double = 0,
        network: NetworkSpecification, hasInitialWeights: Bool = false, training: TrainingSpecification,
        norms: [WeightNorms], history: [HistoryRow], stopReason: StopReason = .completed, split: Split? = nil,
        canAddNoise: Bool = false, alarms: Set<HealthAlarm.Kind> = [], inputsAreRaw: Bool = false,
        classesAreUnweighted: Bool = true
    ) {
        self.train = train
        self.dev = dev
        self.test = test
        self.baseError = baseError
        self.network = network
        self.hasInitialWeights = hasInitialWeights
        self.training = training
        self.norms = norms
        self.history = history
        self.stopReason = stopReason
        self.split = split
        self.canAddNoise = canAddNoise
        self.alarms = alarms
        self.inputsAreRaw = inputsAreRaw
        self.classesAreUnweighted = classesAreUnweighted
    }
}
