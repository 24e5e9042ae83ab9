import Jobs
import Perceptron

/// A store that lets a test act in the middle of a verb, and fail verbs.
final class InterceptedStore: JobStore {
    let store: any JobStore
    private let afterClaim: @Sendable (Job?) -> Void
    private let afterSettling: @Sendable (JobID) -> Void
    private let failures: Guarded<[Verb: Int]>

    enum Verb { case claim, raise, finish, requeue, runs }

    init(
        _ store: any JobStore, failing failures: [Verb: Int] = [:],
        afterClaim: @escaping @Sendable (Job?) -> Void = { _ in },
        afterSettling: @escaping @Sendable (JobID) -> Void = { _ in }
    ) {
        self.store = store
        self.failures = Guarded(failures)
        self.afterClaim = afterClaim
        self.afterSettling = afterSettling
    }

    private func failIfDue(_ verb: Verb) throws(StoreError) {
        let isDue = failures.withLock { failures in
            guard let left = failures[verb], left > 0 else { return false }
            failures[verb] = left - 1
            return true
        }
        if isDue { throw .diskFull("by the test's wish") }
    }

    func claim() throws(StoreError) -> Job? {
        try failIfDue(.claim)
        let job = try store.claim()
        afterClaim(job)
        return job
    }

    func finish(_ id: JobID, leaseEpoch: Int, _ ending: JobEnding) throws(StoreError) -> Bool {
        try failIfDue(.finish)
        defer { afterSettling(id) }
        return try store.finish(id, leaseEpoch: leaseEpoch, ending)
    }

    func finishAndClaim(_ id: JobID, leaseEpoch: Int, _ ending: JobEnding) throws(StoreError) -> Turnover {
        try failIfDue(.finish)
        try failIfDue(.claim)
        let turnover = try store.finishAndClaim(id, leaseEpoch: leaseEpoch, ending)
        afterSettling(id)
        afterClaim(turnover.next)
        return turnover
    }

    func requeue(_ id: JobID, leaseEpoch: Int) throws(StoreError) -> JobStatus? {
        try failIfDue(.requeue)
        defer { afterSettling(id) }
        return try store.requeue(id, leaseEpoch: leaseEpoch)
    }

    var watch: JobWatch { store.watch }
    func progressed(_ id: JobID, leaseEpoch: Int) throws(StoreError) -> Bool {
        try store.progressed(id, leaseEpoch: leaseEpoch)
    }
    func resumed(_ id: JobID, leaseEpoch: Int, epoch: Int) throws(StoreError) -> Bool {
        try store.resumed(id, leaseEpoch: leaseEpoch, epoch: epoch)
    }
    func raise(_ id: JobID, leaseEpoch: Int, _ alarms: [JobAlarm]) throws(StoreError) -> Bool {
        try failIfDue(.raise)
        return try store.raise(id, leaseEpoch: leaseEpoch, alarms)
    }

    func submit(_ submission: JobSubmission) throws(StoreError) -> Job { try store.submit(submission) }
    func job(_ id: JobID) throws(StoreError) -> Job? { try store.job(id) }
    func rememberedJob(_ id: JobID) -> Job? { store.rememberedJob(id) }
    func list(
        status: JobStatus?, sweep: SweepFilter?, owner: String?, after: JobID?, limit: Int
    ) throws(StoreError) -> Page<Job> {
        try store.list(status: status, sweep: sweep, owner: owner, after: after, limit: limit)
    }
    func requestCancel(_ id: JobID) throws(StoreError) -> CancelOutcome { try store.requestCancel(id) }
    func delete(_ id: JobID) throws(StoreError) -> DeleteOutcome { try store.delete(id) }
    func network(_ id: JobID) throws(StoreError) -> [UInt8]? { try store.network(id) }
    func content(_ hash: String) throws(StoreError) -> [UInt8]? { try store.content(hash) }
    func history(_ id: JobID) throws(StoreError) -> [HistoryRow]? { try store.history(id) }
    func events(_ id: JobID, after: Int) throws(StoreError) -> [JobEvent]? { try store.events(id, after: after) }
    func recover(workers: Int) throws(StoreError) -> Recovery { try store.recover(workers: workers) }
    func counts() throws(StoreError) -> [JobStatus: Int] { try store.counts() }
    func oldestQueued() throws(StoreError) -> Timestamp? { try store.oldestQueued() }
    func probe() throws(StoreError) { try store.probe() }
    func queuedCount() throws(StoreError) -> Int { try store.queuedCount() }
    func queuedCount(of owner: String) throws(StoreError) -> Int { try store.queuedCount(of: owner) }
    func addDataset(
        _ dataset: DatasetRecord, table: StoredContent?, identity: RequestIdentity?
    ) throws(StoreError) -> DatasetRecord {
        try store.addDataset(dataset, table: table, identity: identity)
    }
    func target(of identity: RequestIdentity) throws(StoreError) -> String? { try store.target(of: identity) }
    func dataset(_ id: DatasetID) throws(StoreError) -> DatasetRecord? { try store.dataset(id) }
    func listDatasets(owner: String?, after: DatasetID?, limit: Int) throws(StoreError) -> Page<DatasetRecord> {
        try store.listDatasets(owner: owner, after: after, limit: limit)
    }
    func deleteDataset(_ id: DatasetID) throws(StoreError) -> DatasetRecord? { try store.deleteDataset(id) }
    func referencedTables() throws(StoreError) -> Set<String> { try store.referencedTables() }
    func referencedInitialWeights() throws(StoreError) -> Set<String> { try store.referencedInitialWeights() }
}

extension InterceptedStore {
    func submitSweep(_ submission: SweepSubmission) throws(StoreError) -> Sweep { try store.submitSweep(submission) }
    func sweep(_ id: SweepID) throws(StoreError) -> Sweep? { try store.sweep(id) }
    func listSweeps(
        status: SweepStatus?, owner: String?, after: SweepID?, limit: Int
    ) throws(StoreError) -> Page<Sweep> {
        try store.listSweeps(status: status, owner: owner, after: after, limit: limit)
    }
    func unfinishedSweeps() throws(StoreError) -> [Sweep] { try store.unfinishedSweeps() }
    func runs(of id: SweepID) throws(StoreError) -> [SweepRun] {
        try failIfDue(.runs)
        return try store.runs(of: id)
    }
    func extendSweep(_ id: SweepID, trials: [UInt8]) throws(StoreError) -> Bool {
        try store.extendSweep(id, trials: trials)
    }
    func endSearch(of id: SweepID, _ end: SearchEnd) throws(StoreError) -> Bool { try store.endSearch(of: id, end) }
    func requestCancelSweep(_ id: SweepID) throws(StoreError) -> SweepCancelOutcome {
        try store.requestCancelSweep(id)
    }
    func finishSweep(_ id: SweepID, _ ending: SweepEnding) throws(StoreError) -> Bool {
        try store.finishSweep(id, ending)
    }
    func deleteSweep(_ id: SweepID) throws(StoreError) -> SweepDeleteOutcome { try store.deleteSweep(id) }
}
