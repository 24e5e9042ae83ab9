/// The network: inputs → [Linear → batch norm? → activation → dropout] per hidden layer → Linear → output activation.
public struct NetworkSpecification: Sendable {
    /// One hidden layer.
    public struct HiddenLayer: Hashable, Sendable {
        /// Units, ≥ 1.
        public var units: Int
        /// g of the layer.
        public var activation: Activation
        /// The share of units kept by dropout, in (0, 1].
        public var keepProb: Double

        /// A layer of `units` units.
        public init(units: Int, activation: Activation = .relu, keepProb: Double = 1) {
            self.units = units
            self.activation = activation
            self.keepProb = keepProb
        }
    }

    /// Input features n_x, ≥ 1.
    public var inputs: Int
    /// First to last; may be empty (logistic or linear regression).
    public var hiddenLayers: [HiddenLayer]
    /// Output units: 1, or the number of classes for `multiclass`.
    public var outputs: Int
    /// Fixes the output activation and the loss.
    public var task: Task
    /// The share of input features kept by dropout, in (0, 1].
    public var inputKeepProb: Double
    /// Batch normalisation in every hidden layer.
    public var batchNorm: Bool
    /// How starting weights are drawn.
    public var initializer: Initializer
    /// Start from these layers instead (hidden and output, `hiddenLayers.count + 1` of them).
    public var initialLayers: [LayerParameters]?

    /// A network; the defaults are the contract's.
    public init(
        inputs: Int, hiddenLayers: [HiddenLayer], outputs: Int, task: Task, inputKeepProb: Double = 1,
        batchNorm: Bool = false, initializer: Initializer = .auto, initialLayers: [LayerParameters]? = nil
    ) {
        self.inputs = inputs
        self.hiddenLayers = hiddenLayers
        self.outputs = outputs
        self.task = task
        self.inputKeepProb = inputKeepProb
        self.batchNorm = batchNorm
        self.initializer = initializer
        self.initialLayers = initialLayers
    }

    /// Trainable numbers: weights and biases, with batch normalisation γ and β in place of a hidden layer's biases;
    /// Int.max for more than can be counted.
    public var parameterCount: Int {
        var count = 0
        var fanIn = inputs
        func add(_ units: Int, besideWeights vectors: Int) -> Bool {
            let (numbers, isTooLarge) = units.multipliedReportingOverflow(by: fanIn + vectors)
            let (sum, isTooMuch) = count.addingReportingOverflow(numbers)
            count = sum
            fanIn = units
            return !isTooLarge && !isTooMuch
        }
        for layer in hiddenLayers where !add(layer.units, besideWeights: batchNorm ? 2 : 1) { return .max }
        return add(outputs, besideWeights: 1) ? count : .max
    }
}

/// One layer's parameters in float64, whatever they were trained in: the form of documents and files.
public struct LayerParameters: Hashable, Sendable {
    /// The four vectors of a batch-norm layer, one number per unit.
    public struct BatchNorm: Hashable, Sendable {
        /// Scale γ.
        public var gamma: [Double]
        /// Shift β.
        public var beta: [Double]
        /// Mean used at inference.
        public var runningMean: [Double]
        /// Variance used at inference.
        public var runningVariance: [Double]

        /// All four.
        public init(gamma: [Double], beta: [Double], runningMean: [Double], runningVariance: [Double]) {
            self.gamma = gamma
            self.beta = beta
            self.runningMean = runningMean
            self.runningVariance = runningVariance
        }
    }

    /// Row-major (units, inputs).
    public var weights: [Double]
    /// (units); all 0 in a layer with batch normalisation, whose β takes their place.
    public var biases: [Double]
    /// Present in hidden layers of a network with batch normalisation.
    public var batchNorm: BatchNorm?

    /// A layer's parameters.
    public init(weights: [Double], biases: [Double], batchNorm: BatchNorm? = nil) {
        self.weights = weights
        self.biases = biases
        self.batchNorm = batchNorm
    }
}
