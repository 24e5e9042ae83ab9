import Perceptron

/// One thing to try next: a member of the job's document with another value, or something only the client can do.
public struct Suggestion: Hashable, Sendable {
    /// What to do.
    public enum Action: String, CaseIterable, Sendable {
        case addDevSet = "add_dev_set"
        case enlargeDevSet = "enlarge_dev_set"
        case checkTestSet = "check_test_set"
        case trainLonger = "train_longer"
        case raiseTimeLimit = "raise_time_limit"
        case enlargeNetwork = "enlarge_network"
        case shrinkNetwork = "shrink_network"
        case changeOptimizer = "change_optimizer"
        case changeInitializer = "change_initializer"
        case normalizeInputs = "normalize_inputs"
        case scaleTarget = "scale_target"
        case balanceClasses = "balance_classes"
        case increaseLearningRate = "increase_learning_rate"
        case decreaseLearningRate = "decrease_learning_rate"
        case increaseL2Lambda = "increase_l2_lambda"
        case decreaseL2Lambda = "decrease_l2_lambda"
        case decreaseL1Lambda = "decrease_l1_lambda"
        case increaseKeepProb = "increase_keep_prob"
        case decreaseKeepProb = "decrease_keep_prob"
        case addEarlyStopping = "add_early_stopping"
        case addTrainingData = "add_training_data"
        case augmentData = "augment_data"
    }

    /// A `network` whose hidden layers are all as they are by default but for their units.
    public struct Network: Hashable, Sendable {
        /// Units, first layer to last.
        public var units: [Int]
        /// The share of input features kept by dropout.
        public var inputKeepProb: Double
        /// Batch normalisation in every hidden layer.
        public var batchNorm: Bool
        /// How starting weights are drawn.
        public var initializer: Initializer
    }

    /// A value of a job's document.
    public enum Value: Hashable, Sendable {
        case number(Double)
        case integer(Int)
        case numbers([Double])
        case integers([Int])
        case word(String)
        case split(Evidence.Split)
        /// All of `network`.
        case network(Network)
        case earlyStopping(EarlyStopping)
        /// Noise of this deviation on all numeric features, as `data.augment` has it.
        case noise(Double)
    }

    /// What to do.
    public var action: Action
    /// JSON pointer into the job's document; nil for what no member does.
    public var field: String?
    /// The value now; nil: null, or nothing to compare.
    public var from: Value?
    /// The value to try.
    public var to: Value?
    /// The reason, a clause.
    public var why: String
    /// All of it as a sentence.
    public var sentence: String
}
