import Perceptron

/// Where jobs and data sets live. What a method has returned is durable as far as the implementation goes; a method
/// that throws has changed nothing. Calls block and may come from any thread.
///
/// A worker's writes are fenced: `raise`, `finish` and `requeue` name the lease epoch their attempt began with and do nothing
/// once the job was given to someone else.
public protocol JobStore: SweepStore {
    /// Hears of every change of a job that has an event.
    var watch: JobWatch { get }

    /// Queues a job and keeps the contents it brings. Throws `duplicate` if the id is taken, and `full` or `ownerFull` where
    /// the submission's limits are reached. Where the submission's
    /// identity is known, nothing is queued and the answer is the job it made the first time; throws `keyReused` if its
    /// key belongs to another request and `keySpent` if that job has been deleted.
    func submit(_ submission: JobSubmission) throws(StoreError) -> Job
    /// One job.
    func job(_ id: JobID) throws(StoreError) -> Job?
    /// The same if it can be told without a wait; nil says nothing.
    func rememberedJob(_ id: JobID) -> Job?
    /// Jobs of `owner`, or of everybody, newest first, at most `limit` (≥ 1), those after the job `after` in that order. `after`
    /// may have been deleted since (the last 100,000 deletions are remembered), otherwise `unknownCursor` is thrown; so it
    /// is where `after` is another owner's.
    func list(
        status: JobStatus?, sweep: SweepFilter?, owner: String?, after: JobID?, limit: Int
    ) throws(StoreError) -> Page<Job>

    /// Gives the oldest queued job to the caller, running and with a new lease epoch; nil when none is queued.
    func claim() throws(StoreError) -> Job?
    /// Adds alarms to a job that runs, each an event: those of which the attempt has not raised the same kind in the same
    /// layer before. Returns whether the attempt still held the job; if not, nothing changed.
    func raise(_ id: JobID, leaseEpoch: Int, _ alarms: [JobAlarm]) throws(StoreError) -> Bool
    /// Ends a job: status, result, network, history, new alarms and event in one transaction. Returns whether the attempt still
    /// held the job; if not, nothing changed.
    func finish(_ id: JobID, leaseEpoch: Int, _ ending: JobEnding) throws(StoreError) -> Bool
    /// `finish` and `claim` in one transaction. The claim does not depend on whether the attempt still held its job.
    func finishAndClaim(_ id: JobID, leaseEpoch: Int, _ ending: JobEnding) throws(StoreError) -> Turnover
    /// Hands back an interrupted job: it is queued again in its old place, or cancelled if that was asked for. Returns
    /// which of them; nil if the attempt no longer held the job, and nothing changed.
    func requeue(_ id: JobID, leaseEpoch: Int) throws(StoreError) -> JobStatus?
    /// Forgives a job its earlier attempts: this one has left a checkpoint, so that the job is not what ends the service. Returns whether the attempt still held the
    /// job; if not, nothing changed.
    func progressed(_ id: JobID, leaseEpoch: Int) throws(StoreError) -> Bool

    /// Notes that an attempt goes on from a checkpoint, `epoch` epochs being done. Returns whether the attempt still held
    /// the job; if not, nothing changed.
    func resumed(_ id: JobID, leaseEpoch: Int, epoch: Int) throws(StoreError) -> Bool

    /// Asks for cancellation: at once while queued, by way of the worker while running.
    func requestCancel(_ id: JobID) throws(StoreError) -> CancelOutcome
    /// Forgets a finished job, its network, its history and its events, and contents that nothing else needs. A job of
    /// a sweep goes with that alone.
    func delete(_ id: JobID) throws(StoreError) -> DeleteOutcome

    /// The network that came with a job's ending; nil if none did.
    func network(_ id: JobID) throws(StoreError) -> [UInt8]?
    /// The bytes kept under `hash`; nil if there are none.
    func content(_ hash: String) throws(StoreError) -> [UInt8]?
    /// The learning curve of a finished job, empty before; nil for an unknown job.
    func history(_ id: JobID) throws(StoreError) -> [HistoryRow]?
    /// What happened to a job, in order, from event number `after` + 1 on; nil for an unknown job.
    func events(_ id: JobID, after: Int) throws(StoreError) -> [JobEvent]?

    /// To be called once at start, before any worker: takes jobs from workers that are no more. What was running is
    /// queued in its old place, what was being cancelled is cancelled.
    ///
    /// At most `workers` of them had begun: those that were claimed first. The others were fetched ahead, and their
    /// start does not count as an attempt.
    func recover(workers: Int) throws(StoreError) -> Recovery
    /// Jobs in each status, zeros included.
    func counts() throws(StoreError) -> [JobStatus: Int]
    /// Jobs waiting for a worker. This one call waits for nothing.
    func queuedCount() throws(StoreError) -> Int
    /// Jobs of an owner that wait for a worker, those of sweeps aside.
    func queuedCount(of owner: String) throws(StoreError) -> Int

    /// When the oldest job was submitted that waits for a worker; nil where none does.
    func oldestQueued() throws(StoreError) -> Timestamp?
    /// Writes something that means nothing; on disk when this returns. Throws what would be wrong with a real write.
    func probe() throws(StoreError)

    /// Adds a data set and keeps its table, if that has no file. Throws `duplicate` if the id is taken. With a known
    /// `identity` nothing is added and the answer is the data set it made the first time; throws as `submit` does.
    func addDataset(
        _ dataset: DatasetRecord, table: StoredContent?, identity: RequestIdentity?
    ) throws(StoreError) -> DatasetRecord
    /// One data set.
    func dataset(_ id: DatasetID) throws(StoreError) -> DatasetRecord?
    /// Data sets of `owner`, or of everybody, newest first; paging as in `list`.
    func listDatasets(owner: String?, after: DatasetID?, limit: Int) throws(StoreError) -> Page<DatasetRecord>
    /// Forgets a data set, and its table if no job needs that, and returns what it was; nil if it is unknown.
    func deleteDataset(_ id: DatasetID) throws(StoreError) -> DatasetRecord?

    /// The id of what a request with this identity has made; nil if its key is new. Throws `keyReused`.
    func target(of identity: RequestIdentity) throws(StoreError) -> String?

    /// The tables that jobs, sweeps or data sets still need.
    func referencedTables() throws(StoreError) -> Set<String>
    /// The starting weights that jobs still need.
    func referencedInitialWeights() throws(StoreError) -> Set<String>
}

extension JobStore {
    /// Everybody's jobs, newest first.
    public func list(
        status: JobStatus?, sweep: SweepFilter? = nil, after: JobID?, limit: Int
    ) throws(StoreError) -> Page<Job> {
        try list(status: status, sweep: sweep, owner: nil, after: after, limit: limit)
    }

    /// Everybody's data sets, newest first.
    public func listDatasets(after: DatasetID?, limit: Int) throws(StoreError) -> Page<DatasetRecord> {
        try listDatasets(owner: nil, after: after, limit: limit)
    }

    /// Adds a data set. Throws `duplicate` if the id is taken.
    public func addDataset(_ dataset: DatasetRecord, table: StoredContent? = nil) throws(StoreError) {
        _ = try addDataset(dataset, table: table, identity: nil)
    }
}

/// What came of a worker's turning from one job to the next.
public struct Turnover: Sendable {
    /// Whether the attempt still held its job; if not, the job did not change.
    public let wasHeld: Bool
    /// The oldest queued job, claimed; nil when none was queued.
    public let next: Job?

    package init(wasHeld: Bool, next: Job?) {
        self.wasHeld = wasHeld
        self.next = next
    }
}

/// Part of a list.
public struct Page<Element: Sendable>: Sendable {
    /// In the list's order.
    public let items: [Element]
    /// Whether more come after these.
    public let hasMore: Bool

    /// Takes the first `limit` of `found`, which holds one more if there is one.
    package init(_ found: [Element], limit: Int) {
        items = Array(found.prefix(limit))
        hasMore = found.count > limit
    }
}

/// What came of asking for a cancellation.
public enum CancelOutcome: Sendable {
    /// This has cancelled the job.
    case cancelled(Job)
    /// The job was cancelled before.
    case alreadyCancelled(Job)
    /// A worker has the job and has yet to stop, now or already.
    case cancelling(Job)
    /// The job had succeeded or failed.
    case conflict(Job)
    /// There is no such job.
    case unknown

    package init(after request: Job, hasChanged: Bool) {
        switch request.status {
        case .cancelled: self = hasChanged ? .cancelled(request) : .alreadyCancelled(request)
        case .queued, .running, .cancelling: self = .cancelling(request)
        case .succeeded, .failed: self = .conflict(request)
        }
    }
}

/// What came of deleting a job.
public enum DeleteOutcome: Sendable {
    /// The job is gone; this is what it was.
    case deleted(Job)
    /// The job is queued, running or being cancelled, or is part of a sweep, and stays.
    case conflict(Job)
    /// There is no such job.
    case unknown
}

/// What a start found to be put right.
public struct Recovery: Sendable {
    /// Jobs that were running and are queued again.
    public package(set) var requeued = 0
    /// Jobs that have ended their process too often: queued again as well, but whoever takes one fails it.
    public package(set) var givenUp = 0
    /// Jobs that were being cancelled and are cancelled.
    public package(set) var cancelled: [Job] = []

    package init() {}

    package mutating func add(_ job: Job) {
        if job.status == .cancelled {
            cancelled.append(job)
        } else if job.attempts >= JobRunner.attemptLimit {
            givenUp += 1
        } else {
            requeued += 1
        }
    }
}

/// How many deletions a store remembers, so that a list can be continued after a deleted element.
package let rememberedDeletions = 100_000
