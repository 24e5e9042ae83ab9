/// How well a network does on one set, in inference mode (dropout off, running statistics).
public struct SetMetrics: Hashable, Sendable {
    /// Σ w loss / Σ w over the set's examples, without the penalty; without weights the mean loss.
    public var loss: Double
    /// `loss` and the penalty (λ₂/2m) Σ‖W‖² + (λ₁/2m) Σ|W|, m being the number of training examples.
    public var cost: Double
    /// Share of examples whose most probable class is theirs, by sample weight; nil for regression.
    public var accuracy: Double?
    /// √(Σ w (ŷ − y)² / Σ w), in units of the target; nil for classification.
    public var rmse: Double?
    /// 1 − Σ w (ŷ − y)² / Σ w (y − ȳ)², ȳ = Σ w y / Σ w; nil for classification and where all targets are equal.
    public var r2: Double?

    /// All values.
    public init(loss: Double, cost: Double, accuracy: Double? = nil, rmse: Double? = nil, r2: Double? = nil) {
        self.loss = loss
        self.cost = cost
        self.accuracy = accuracy
        self.rmse = rmse
        self.r2 = r2
    }
}

/// One row of the learning curve: the parameters after `epoch` epochs.
public struct HistoryRow: Hashable, Sendable {
    /// Completed epochs; 0 is the start.
    public var epoch: Int
    /// Mean over the epoch's steps of the training-mode cost (dropout on, penalty in), each before its update; nil in
    /// row 0.
    public var stepCost: Double?
    /// On the training set.
    public var train: SetMetrics
    /// On the dev set, if there is one.
    public var dev: SetMetrics?
    /// α of the epoch; in row 0 that of the first.
    public var learningRate: Double
    /// Euclidean norm of the full gradient (penalty in) of the epoch's last step before clipping; nil in row 0.
    public var gradientNorm: Double?
    /// Layer by layer what a probe found; empty where none was made.
    public var layers: [LayerStatistics]

    /// All values.
    public init(
        epoch: Int, stepCost: Double?, train: SetMetrics, dev: SetMetrics?, learningRate: Double, gradientNorm: Double?,
        layers: [LayerStatistics] = []
    ) {
        self.epoch = epoch
        self.stepCost = stepCost
        self.train = train
        self.dev = dev
        self.learningRate = learningRate
        self.gradientNorm = gradientNorm
        self.layers = layers
    }
}
