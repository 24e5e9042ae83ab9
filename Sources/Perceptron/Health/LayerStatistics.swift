/// One layer as a probe found it: some training examples, dropout off, the parameters as they were.
public struct LayerStatistics: Hashable, Sendable {
    /// Euclidean norm of ∂L/∂(all the layer's parameters), L being the mean loss of the probed examples without
    /// penalties; with batch normalisation their own statistics are used.
    public var gradientNorm: Double
    /// Euclidean norm of ∂L/∂z, over examples and units, z being what the layer computes before batch normalisation and
    /// activation: how much of the gradient gets this far, whatever the layer's inputs.
    public var deltaNorm: Double
    /// ‖W‖, Euclidean, biases left out.
    public var weightNorm: Double
    /// ‖ΔW‖ / ‖W‖ of the epoch's last step, of at most 1,024 weights spread evenly over the layer; nil before the first
    /// step, where the end was not foreseen, and where W was 0.
    public var updateRatio: Double?
    /// Mean of the layer's outputs over units and examples; nil for the output layer.
    public var activationMean: Double?
    /// Standard deviation of the same.
    public var activationDeviation: Double?
    /// Share of the units that are 0 for every example; nil for layers without ReLU.
    public var deadShare: Double?
    /// Share of the units whose derivative is on average below a twentieth of its largest value; nil for layers without
    /// tanh or sigmoid.
    public var saturatedShare: Double?

    /// All values.
    public init(
        gradientNorm: Double, deltaNorm: Double, weightNorm: Double, updateRatio: Double? = nil,
        activationMean: Double? = nil,
        activationDeviation: Double? = nil, deadShare: Double? = nil, saturatedShare: Double? = nil
    ) {
        self.gradientNorm = gradientNorm
        self.deltaNorm = deltaNorm
        self.weightNorm = weightNorm
        self.updateRatio = updateRatio
        self.activationMean = activationMean
        self.activationDeviation = activationDeviation
        self.deadShare = deadShare
        self.saturatedShare = saturatedShare
    }
}
