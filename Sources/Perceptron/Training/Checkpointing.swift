/// A run as it was between two steps: all it needs to go on, on a machine with the same kernels, to the same bits as if
/// it had never stopped.
///
/// @unchecked: the bytes at `state` are never written while `owner`, which keeps them, lives.
public struct TrainingCheckpoint: @unchecked Sendable {
    /// What the engine wrote: see `Checkpointing.save`.
    public let state: UnsafeRawBufferPointer
    /// The learning curve up to then.
    public let history: [HistoryRow]
    private let owner: (any AnyObject & Sendable)?

    /// A checkpoint whose `state` lives as long as `owner`.
    public init(state: UnsafeRawBufferPointer, history: [HistoryRow], owner: (any AnyObject & Sendable)?) {
        self.state = state
        self.history = history
        self.owner = owner
    }
}

/// How a run is kept safe from interruptions.
public struct Checkpointing: Sendable {
    /// Takes the next bytes of a state.
    public typealias Output = (UnsafeRawBufferPointer) -> Void

    /// Seconds of training between two checkpoints; longer where saving takes more than `largestShare` of that.
    public var interval: Double
    /// The largest share of the time that goes into saving, > 0.
    public var largestShare = 0.02
    /// Where to go on; nil for a run from its start.
    public var resuming: TrainingCheckpoint?
    /// Called when the run goes on from a checkpoint, with the epochs that were completed.
    public var hasResumed: @Sendable (_ epoch: Int) -> Void = { _ in }
    /// Called on the training thread, between two steps: the learning curve so far, and what hands out the state's bytes
    /// piece by piece, once. Training waits until it returns.
    public var save: @Sendable (_ history: [HistoryRow], _ write: (@escaping Output) -> Void) -> Void

    /// All values.
    public init(
        interval: Double = 5, resuming: TrainingCheckpoint? = nil,
        save: @escaping @Sendable (_ history: [HistoryRow], _ write: (@escaping Output) -> Void) -> Void
    ) {
        self.interval = interval
        self.resuming = resuming
        self.save = save
    }
}

/// Why a run cannot go on from a checkpoint; it can always begin anew.
public enum CheckpointError: Error, Hashable, Sendable {
    /// It was written by another version, another run or with other kernels.
    case other(String)
    /// It is too short or too long.
    case damaged
}
