/// The part of a store that keeps sweeps; it promises what `JobStore` does.
public protocol SweepStore: Sendable {
    /// Begins a sweep and keeps the contents it brings. Throws `duplicate` if the id is taken, and `full` or `ownerFull` where
    /// the submission's limits are reached. Where its `identity` is
    /// known, nothing is begun and the answer is the sweep it made the first time; throws as `JobStore.submit` does.
    func submitSweep(_ submission: SweepSubmission) throws(StoreError) -> Sweep
    /// One sweep.
    func sweep(_ id: SweepID) throws(StoreError) -> Sweep?
    /// Sweeps of `owner`, or of everybody, newest first; paging as in `JobStore.list`.
    func listSweeps(
        status: SweepStatus?, owner: String?, after: SweepID?, limit: Int
    ) throws(StoreError) -> Page<Sweep>
    /// Sweeps that run or are being cancelled, oldest first.
    func unfinishedSweeps() throws(StoreError) -> [Sweep]
    /// The jobs of a sweep, in the order they were submitted; none of an unknown one.
    func runs(of id: SweepID) throws(StoreError) -> [SweepRun]

    /// Puts `trials` in the place of a running sweep's trials. Returns whether it was running.
    func extendSweep(_ id: SweepID, trials: [UInt8]) throws(StoreError) -> Bool
    /// Notes that a running sweep tries no more. Returns whether it was running, and still searching.
    func endSearch(of id: SweepID, _ end: SearchEnd) throws(StoreError) -> Bool
    /// Asks for cancellation; its jobs are the caller's business.
    func requestCancelSweep(_ id: SweepID) throws(StoreError) -> SweepCancelOutcome
    /// Ends a sweep. Returns false if it had ended, or was to end otherwise.
    func finishSweep(_ id: SweepID, _ ending: SweepEnding) throws(StoreError) -> Bool
    /// Forgets a finished sweep and all its jobs, their networks, histories and events, and contents that nothing else
    /// needs.
    func deleteSweep(_ id: SweepID) throws(StoreError) -> SweepDeleteOutcome
}

extension SweepStore {
    /// Everybody's sweeps, newest first.
    public func listSweeps(status: SweepStatus?, after: SweepID?, limit: Int) throws(StoreError) -> Page<Sweep> {
        try listSweeps(status: status, owner: nil, after: after, limit: limit)
    }
}

/// What came of asking for a sweep's cancellation.
public enum SweepCancelOutcome: Sendable {
    /// The sweep is cancelled already.
    case cancelled(Sweep)
    /// It is being cancelled, now or already.
    case cancelling(Sweep)
    /// It had succeeded or failed.
    case conflict(Sweep)
    /// There is no such sweep.
    case unknown

    package init(after request: Sweep) {
        switch request.status {
        case .cancelled: self = .cancelled(request)
        case .running, .cancelling: self = .cancelling(request)
        case .succeeded, .failed: self = .conflict(request)
        }
    }
}

/// What came of deleting a sweep.
public enum SweepDeleteOutcome: Sendable {
    /// The sweep is gone, with these jobs; this is what it was.
    case deleted(Sweep, jobs: [JobID])
    /// The sweep, or a job of it, is not finished and stays.
    case conflict(Sweep)
    /// There is no such sweep.
    case unknown
}

/// Which jobs a list has.
public enum SweepFilter: Hashable, Sendable {
    /// Those of one sweep.
    case only(SweepID)
    /// Those of no sweep.
    case outside
}
