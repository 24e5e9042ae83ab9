import Perceptron

extension Task {
    /// The word for the output layer's activation, which the task fixes.
    package var outputActivation: String {
        switch self {
        case .binary: Activation.sigmoid.rawValue
        case .multiclass: "softmax"
        case .regression: Activation.identity.rawValue
        }
    }
}
