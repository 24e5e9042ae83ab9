/// One trial of a sweep as far as it is.
public struct TrialProgress: Sendable {
    /// Where a trial stands.
    public enum State: String, CaseIterable, Codable, Sendable {
        /// Nothing of it runs: its jobs, or its next rung, have yet to come.
        case waiting
        /// Jobs of it wait or run.
        case running
        /// Judged by all its epochs.
        case done
        /// Others did better in one of the first rungs.
        case dropped
        /// A job of it diverged, or failed otherwise: worse than all that did not.
        case failed
        /// The search ended before it was judged.
        case skipped
    }

    /// One rung of it.
    public struct Rung: Sendable {
        /// Epochs of its runs.
        public let epochs: Int?
        /// Its runs by fold; nil for those to come.
        public let runs: [SweepRun?]
        /// The score of each; nil for what is not done, or failed.
        public let scores: [Double?]
        /// The score of all together.
        public let score: TrialScore?

        /// Whether all runs have ended.
        var isOver: Bool { runs.allSatisfy { $0?.status.isTerminal ?? false } }
        /// Whether some have begun to wait.
        var hasBegun: Bool { runs.contains { $0 != nil } }
        /// Whether there is something of it to wait for.
        var isActive: Bool { runs.contains { $0.map { !$0.status.isTerminal } ?? false } }
    }

    /// Counted from 0.
    public let number: Int
    /// One value for each dimension of the search.
    public let values: [SweepValue]
    /// The rungs it has reached, at least the first.
    public let rungs: [Rung]
    /// Where it stands.
    public let state: State

    /// The score of the last rung that has one.
    public var score: TrialScore? { rungs.last { $0.score != nil }?.score }
    /// Trainable numbers of its network; nil before its first job.
    public var parameterCount: Int? { rungs.first?.runs.lazy.compactMap { $0?.parameterCount }.first }
}
