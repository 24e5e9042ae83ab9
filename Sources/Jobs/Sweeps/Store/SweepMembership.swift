/// A job's place in a sweep; no two jobs have the same one.
public struct SweepMembership: Hashable, Sendable {
    /// The sweep.
    public let sweep: SweepID
    /// What the job does in it.
    public let place: SweepPlace

    /// A place in `sweep`.
    public init(sweep: SweepID, place: SweepPlace) {
        self.sweep = sweep
        self.place = place
    }
}

/// What a job does in its sweep.
public enum SweepPlace: Hashable, Sendable {
    /// One run of a trial, all counted from 0: with cross-validation `fold` is repetition · folds + part.
    case trial(Int, rung: Int, fold: Int)
    /// The model that the sweep is for.
    case final
}

/// What a sweep must know of one of its jobs.
public struct SweepRun: Sendable {
    /// The job.
    public let id: JobID
    /// Its place.
    public let place: SweepPlace
    /// Where it stands.
    public let status: JobStatus
    /// What training brought; a store may leave the input encoding out.
    public let result: JobResult?
    /// Why it failed.
    public let failure: JobFailure?
    /// Trainable numbers of its network.
    public let parameterCount: Int

    /// What is known of a job.
    public init(
        id: JobID, place: SweepPlace, status: JobStatus, result: JobResult? = nil, failure: JobFailure? = nil,
        parameterCount: Int
    ) {
        self.id = id
        self.place = place
        self.status = status
        self.result = result
        self.failure = failure
        self.parameterCount = parameterCount
    }

    /// Nil for a job of no sweep.
    init?(_ job: Job) {
        guard let sweep = job.sweep else { return nil }
        self.init(
            id: job.id, place: sweep.place, status: job.status, result: job.result, failure: job.failure,
            parameterCount: job.parameterCount)
    }
}
