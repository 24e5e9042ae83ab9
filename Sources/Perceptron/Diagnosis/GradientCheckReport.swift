/// How far back-propagation lies from central differences.
public struct GradientCheckReport: Hashable, Sendable {
    /// What the relative error says about the gradient.
    public enum Verdict: String, CaseIterable, Codable, Sendable {
        /// At most 1e-7.
        case correct
        /// Above that, at most 1e-3.
        case suspicious
        /// More, or not a number.
        case wrong

        /// The verdict on `relativeError`.
        public init(relativeError: Double) {
            self = relativeError <= 1e-7 ? .correct : relativeError <= 1e-3 ? .suspicious : .wrong
        }
    }

    /// The parameters of one layer and kind.
    public struct Group: Hashable, Sendable {
        /// 0 for the first hidden layer; the output layer is the last.
        public let layer: Int
        /// Which of the layer's tensors.
        public let kind: ParameterLayout.Kind
        /// ‖approx − grad‖ / (‖approx‖ + ‖grad‖) within the group; 0 where both norms are below what round-off makes of
        /// the differences.
        public let relativeError: Double
        /// Parameters of the group that were compared.
        public let compared: Int
        /// Parameters of the group.
        public let total: Int
    }

    /// One parameter's two derivatives.
    public struct Entry: Hashable, Sendable {
        /// Layer, tensor, row and column of the parameter.
        public let location: ParameterLayout.Location
        /// ∂J by back-propagation.
        public let analytic: Double
        /// ∂J by differences.
        public let numeric: Double
        /// |numeric − analytic| / (|numeric| + |analytic|); 0 where both are below round-off.
        public let relativeError: Double
    }

    /// ‖approx − grad‖ / (‖approx‖ + ‖grad‖) over all parameters compared, 0 where both norms are below round-off.
    public let relativeError: Double
    /// On `relativeError`.
    public let verdict: Verdict
    /// Layer by layer; a sample leaves no group out unless it is smaller than their number.
    public let groups: [Group]
    /// The step to either side.
    public let epsilon: Double
    /// Parameters looked at.
    public let checked: Int
    /// Trained parameters of the network.
    public let total: Int
    /// Parameters looked at whose ±ε step crosses a kink: a ReLU's or leaky ReLU's pre-activation, or a weight under an
    /// L1 penalty, changes sign. There the two derivatives need not agree. They are measured again with a shorter step.
    public let kinks: Int
    /// Those of `kinks` that have the kink within the shortest step too; they count nowhere else.
    public let excluded: Int
    /// Examples J was taken over.
    public let examples: Int
    /// J at the parameters.
    public let cost: Double
    /// Up to ten, the largest share of the error first.
    public let worst: [Entry]
}
