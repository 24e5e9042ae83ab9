/// What a run of training ends with.
public struct TrainingOutcome: Sendable {
    /// The epoch that did best.
    public struct Best: Hashable, Sendable {
        /// Completed epochs.
        public var epoch: Int
        /// Loss on the dev set then; nil if there is no dev set, or it was not looked at then.
        public var devLoss: Double?

        /// Both values.
        public init(epoch: Int, devLoss: Double?) {
            self.epoch = epoch
            self.devLoss = devLoss
        }
    }

    /// Where training ran away.
    public struct Divergence: Hashable, Sendable {
        /// Counted from 1.
        public var epoch: Int
        /// Step within the epoch, counted from 1.
        public var step: Int
        /// The training-mode cost of that step: NaN, infinite, or finite when only the parameters were not.
        public var cost: Double

        /// All values.
        public init(epoch: Int, step: Int, cost: Double) {
            self.epoch = epoch
            self.step = step
            self.cost = cost
        }
    }

    /// The trained network: the last parameters, or the best epoch's where early stopping restores them.
    public var network: TrainedNetwork
    /// The learning curve.
    public var history: [HistoryRow]
    /// `network` on the training set; nil when the run was cancelled and measuring takes long, or interrupted.
    public var train: SetMetrics?
    /// `network` on the dev set, if there is one; nil where `train` is.
    public var dev: SetMetrics?
    /// `network` on the test set, if there is one; nil where `train` is.
    public var test: SetMetrics?
    /// Completed epochs.
    public var epochs: Int
    /// Why it ended.
    public var stopReason: StopReason
    /// Whether it ended only because the process is stopping (`StopRequest.interrupt`): the run should be repeated.
    public var interrupted: Bool
    /// With early stopping the best epoch of its monitor, else the epoch with the lowest dev loss among those
    /// evaluated; nil where there is nothing to compare.
    public var best: Best?
    /// Wall-clock seconds of the training steps alone, without set-up, history and early stopping's evaluations.
    public var trainingSeconds: Double
    /// Set when `stopReason` is `diverged`.
    public var divergence: Divergence?
    /// What was wrong, in the order it was seen; empty where the run was not watched.
    public var alarms: [HealthAlarm]
    /// Set when `stopReason` is `alarm`.
    public var reasonToStop: HealthAlarm?
}
