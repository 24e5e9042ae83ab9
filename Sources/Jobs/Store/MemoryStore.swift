import Perceptron

/// A store that forgets everything with the process: for tests and for programs that embed the service.
public final class MemoryStore: JobStore {
    struct Record {
        var job: Job
        var network: [UInt8]?
        var history: [HistoryRow] = []
        var events: [JobEvent] = []
    }

    struct KeyName: Hashable {
        let owner: String?
        let key: String

        init(_ identity: RequestIdentity) {
            owner = identity.owner
            key = identity.key
        }
    }

    struct State {
        var jobs = MemoryList<Record>()
        var datasets = MemoryList<DatasetRecord>()
        var sweeps = MemoryList<Sweep>()
        /// Places of their jobs in `jobs`.
        var sweepPlaces: [SweepMembership: Int] = [:]
        var contents: [String: [UInt8]] = [:]
        var keys: [KeyName: KeyUse] = [:]
        /// Places of the queued jobs in `jobs`, oldest first.
        var queue: [Int] = []
        var counts = Dictionary(uniqueKeysWithValues: JobStatus.allCases.map { ($0, 0) })

        /// Jobs of `owner` that wait, those of sweeps aside.
        func queued(of owner: String) -> Int {
            queue.count { jobs[$0]?.job.owner == owner && jobs[$0]?.job.sweep == nil }
        }

        /// Throws where the queue is full for `submission`.
        func check(_ submission: JobSubmission) throws(StoreError) {
            do {
                try submission.limits.check(submission.owner, all: { queue.count }, ofOwner: queued(of:))
            } catch {
                throw error as? StoreError ?? .unavailable("\(error)")
            }
        }

        /// The id of what `identity` made before.
        func target(of identity: RequestIdentity?) throws(StoreError) -> String? {
            guard let identity else { return nil }
            return try keys[KeyName(identity)]?.target(for: identity)
        }

        /// Takes `identity`'s key for `target`.
        mutating func note(_ identity: RequestIdentity?, for target: String, at now: Timestamp) {
            guard let identity else { return }
            keys = keys.filter { now.milliseconds - $0.value.at.milliseconds < RequestIdentity.lifetime }
            keys[KeyName(identity)] = KeyUse(fingerprint: identity.fingerprint, target: target, at: now)
        }

        mutating func keep(_ contents: [StoredContent]) {
            for content in contents { self.contents[content.hash] = content.bytes }
        }

        /// Drops those contents that nothing names any more.
        mutating func release(_ hashes: String?...) {
            for hash in hashes.compactMap(\.self) where contents[hash] != nil {
                let isNeeded =
                    jobs.places.contains { place in
                        let job = jobs[place]?.job
                        return job?.tableHash == hash || job?.initialWeightsHash == hash
                    } || datasets.places.contains { datasets[$0]?.tableHash == hash }
                    || sweeps.places.contains { sweeps[$0]?.tableHash == hash }
                if !isNeeded { contents[hash] = nil }
            }
        }

        /// Takes one step of the status machine with the job at `place`.
        mutating func change(_ place: Int, _ step: (inout Job) -> JobEvent?) -> Bool {
            change(place) { (job: inout Job) -> [JobEvent] in step(&job).map { [$0] } ?? [] }
        }

        /// The same of a step that can bring several events.
        mutating func change(_ place: Int, _ step: (inout Job) -> [JobEvent]) -> Bool {
            guard var record = jobs[place] else { return false }
            let before = record.job.status
            let events = step(&record.job)
            guard !events.isEmpty else { return false }
            record.events += events
            jobs[place] = record
            counts[before, default: 0] -= 1
            counts[record.job.status, default: 0] += 1
            if before == record.job.status { return true }
            if before == .queued, let index = queue.firstIndex(of: place) { queue.remove(at: index) }
            if record.job.status == .queued {
                queue.insert(place, at: queue.firstIndex { $0 > place } ?? queue.endIndex)
            }
            return true
        }
    }

    /// Hears of every change of a job that has an event.
    public let watch = JobWatch()
    let state = Guarded(State())
    let clock: @Sendable () -> Timestamp

    /// An empty store.
    public init(clock: @escaping @Sendable () -> Timestamp = { .now() }) { self.clock = clock }

    /// Queues a job.
    public func submit(_ submission: JobSubmission) throws(StoreError) -> Job {
        var job = Job(submission, createdAt: clock())
        let event = job.submitted()
        let record = Record(job: job, events: [event])
        return try state.withLock { (state) throws(StoreError) in
            if let id = try state.target(of: submission.identity) {
                guard let job = state.jobs[id]?.job else { throw .keySpent }
                return job
            }
            try state.check(submission)
            if let sweep = job.sweep, state.sweepPlaces[sweep] != nil { throw .duplicate(job.id.description) }
            let place = try state.jobs.append(record, id: job.id.description, owner: job.owner)
            if let sweep = job.sweep { state.sweepPlaces[sweep] = place }
            state.queue.append(place)
            state.counts[.queued, default: 0] += 1
            state.keep(submission.contents)
            state.note(submission.identity, for: job.id.description, at: job.createdAt)
            return job
        }
    }

    /// One job.
    public func job(_ id: JobID) -> Job? { state.withLock { $0.jobs[id.description]?.job } }

    /// The same.
    public func rememberedJob(_ id: JobID) -> Job? { job(id) }

    /// Jobs, newest first.
    public func list(
        status: JobStatus?, sweep: SweepFilter?, owner: String?, after: JobID?, limit: Int
    ) throws(StoreError) -> Page<Job> {
        try state.withLock { (state) throws(StoreError) in
            let records = try state.jobs.newestFirst(owner: owner, after: after?.description, limit: limit) {
                (status == nil || $0.job.status == status) && (owner == nil || $0.job.owner == owner)
                    && (sweep?.includes($0.job) ?? true)
            }
            return Page(records.map(\.job), limit: max(1, limit))
        }
    }

    /// Gives the oldest queued job to the caller.
    public func claim() -> Job? {
        let job = state.withLock { claim(&$0) }
        if let job { watch.notify(job.id) }
        return job
    }

    /// Adds alarms to a job, if the attempt still holds it.
    public func raise(_ id: JobID, leaseEpoch: Int, _ alarms: [JobAlarm]) -> Bool {
        state.withLock { state in
            guard let place = state.jobs.place(of: id.description), let job = state.jobs[place]?.job,
                job.isHeld(by: leaseEpoch)
            else { return false }
            _ = state.change(place) { $0.raise(leaseEpoch: leaseEpoch, alarms, at: clock()) }
            return true
        }
    }

    /// Ends a job, if the attempt still holds it.
    public func finish(_ id: JobID, leaseEpoch: Int, _ ending: JobEnding) -> Bool {
        let wasHeld = state.withLock { finish(id, leaseEpoch, ending, &$0) }
        watch.notify(id)
        return wasHeld
    }

    /// Ends a job, if the attempt still holds it, and gives the oldest queued one to the caller.
    public func finishAndClaim(_ id: JobID, leaseEpoch: Int, _ ending: JobEnding) -> Turnover {
        let turnover = state.withLock { state in
            let wasHeld = finish(id, leaseEpoch, ending, &state)
            return Turnover(wasHeld: wasHeld, next: claim(&state))
        }
        watch.notify(id)
        if let next = turnover.next { watch.notify(next.id) }
        return turnover
    }

    private func claim(_ state: inout State) -> Job? {
        guard let place = state.queue.first, state.change(place, { $0.start(at: clock()) }) else { return nil }
        return state.jobs[place]?.job
    }

    private func finish(_ id: JobID, _ leaseEpoch: Int, _ ending: JobEnding, _ state: inout State) -> Bool {
        guard let place = state.jobs.place(of: id.description),
            state.change(place, { $0.finish(leaseEpoch: leaseEpoch, ending, at: clock()) })
        else { return false }
        state.jobs[place]?.history = ending.history
        state.jobs[place]?.network = ending.network
        return true
    }

    /// Hands back an interrupted job, if the attempt still holds it.
    public func requeue(_ id: JobID, leaseEpoch: Int) -> JobStatus? {
        defer { watch.notify(id) }
        return state.withLock { state in
            guard let place = state.jobs.place(of: id.description),
                state.change(place, { $0.requeue(leaseEpoch: leaseEpoch, at: clock()) })
            else { return nil }
            return state.jobs[place]?.job.status
        }
    }

    /// Forgives a job its earlier attempts, if the attempt still holds it.
    public func progressed(_ id: JobID, leaseEpoch: Int) -> Bool {
        state.withLock { state in
            guard let place = state.jobs.place(of: id.description),
                state.jobs[place]?.job.isHeld(by: leaseEpoch) == true
            else { return false }
            state.jobs[place]?.job.attempts = 1
            return true
        }
    }

    /// Notes that an attempt goes on from a checkpoint, if it still holds its job.
    public func resumed(_ id: JobID, leaseEpoch: Int, epoch: Int) -> Bool {
        defer { watch.notify(id) }
        return state.withLock { state in
            guard let place = state.jobs.place(of: id.description) else { return false }
            return state.change(place) { $0.resume(leaseEpoch: leaseEpoch, epoch: epoch, at: clock()) }
        }
    }

    /// Asks for cancellation.
    public func requestCancel(_ id: JobID) -> CancelOutcome {
        defer { watch.notify(id) }
        return state.withLock { state in
            guard let place = state.jobs.place(of: id.description) else { return .unknown }
            let hasChanged = state.change(place) { $0.requestCancel(at: clock()) }
            return state.jobs[place].map { CancelOutcome(after: $0.job, hasChanged: hasChanged) } ?? .unknown
        }
    }

    /// Forgets a finished job.
    public func delete(_ id: JobID) -> DeleteOutcome {
        defer { watch.notify(id) }
        return state.withLock { state in
            guard let job = state.jobs[id.description]?.job else { return .unknown }
            guard job.status.isTerminal, job.sweep == nil else { return .conflict(job) }
            state.jobs.remove(id.description)
            state.counts[job.status, default: 0] -= 1
            state.release(job.tableHash, job.initialWeightsHash)
            return .deleted(job)
        }
    }

    /// The network that came with a job's ending.
    public func network(_ id: JobID) -> [UInt8]? { state.withLock { $0.jobs[id.description]?.network } }

    /// The bytes kept under `hash`.
    public func content(_ hash: String) -> [UInt8]? { state.withLock { $0.contents[hash] } }

    /// The learning curve of a finished job.
    public func history(_ id: JobID) -> [HistoryRow]? { state.withLock { $0.jobs[id.description]?.history } }

    /// What happened to a job after event number `after`.
    public func events(_ id: JobID, after: Int) -> [JobEvent]? {
        state.withLock { $0.jobs[id.description]?.events.filter { $0.number > after } }
    }

    /// Takes jobs from workers that are no more.
    public func recover(workers: Int) -> Recovery {
        state.withLock { state in
            var recovery = Recovery()
            let held = state.jobs.places.compactMap { place in
                state.jobs[place]?.job.startedAt.map { (place, $0) }
            }.filter { state.jobs[$0.0]?.job.status.isHeld == true }
            // The sort keeps the order of equals.
            for (number, (place, _)) in held.sorted(by: { $0.1 < $1.1 }).enumerated()
            where state.change(place, { $0.recover(hadBegun: number < workers, at: clock()) }) {
                if let job = state.jobs[place]?.job { recovery.add(job) }
            }
            return recovery
        }
    }

    /// Jobs in each status.
    public func counts() -> [JobStatus: Int] { state.withLock { $0.counts } }

    /// Jobs waiting for a worker.
    public func queuedCount() -> Int { state.withLock { $0.queue.count } }

    /// Jobs of an owner that wait for a worker.
    public func queuedCount(of owner: String) -> Int { state.withLock { $0.queued(of: owner) } }

    /// When the oldest queued job was submitted.
    public func oldestQueued() -> Timestamp? {
        state.withLock { state in state.queue.first.flatMap { state.jobs[$0]?.job.createdAt } }
    }

    /// Nothing can be wrong.
    public func probe() {}

    /// Adds a data set.
    public func addDataset(
        _ dataset: DatasetRecord, table: StoredContent?, identity: RequestIdentity?
    ) throws(StoreError) -> DatasetRecord {
        let now = clock()
        return try state.withLock { (state) throws(StoreError) in
            if let id = try state.target(of: identity) {
                guard let dataset = state.datasets[id] else { throw .keySpent }
                return dataset
            }
            _ = try state.datasets.append(dataset, id: dataset.id.description, owner: dataset.owner)
            if let table { state.keep([table]) }
            state.note(identity, for: dataset.id.description, at: now)
            return dataset
        }
    }

    /// The id of what a request with this identity has made.
    public func target(of identity: RequestIdentity) throws(StoreError) -> String? {
        try state.withLock { (state) throws(StoreError) in
            try state.keys[KeyName(identity)]?.target(for: identity)
        }
    }

    /// One data set.
    public func dataset(_ id: DatasetID) -> DatasetRecord? { state.withLock { $0.datasets[id.description] } }

    /// Data sets, newest first.
    public func listDatasets(
        owner: String?, after: DatasetID?, limit: Int
    ) throws(StoreError) -> Page<DatasetRecord> {
        try state.withLock { (state) throws(StoreError) in
            let found = try state.datasets.newestFirst(owner: owner, after: after?.description, limit: limit) {
                owner == nil || $0.owner == owner
            }
            return Page(found, limit: max(1, limit))
        }
    }

    /// Forgets a data set.
    public func deleteDataset(_ id: DatasetID) -> DatasetRecord? {
        state.withLock { state in
            let dataset = state.datasets.remove(id.description)
            state.release(dataset?.tableHash)
            return dataset
        }
    }

    /// The tables that jobs, sweeps or data sets still need.
    public func referencedTables() -> Set<String> {
        state.withLock { state in
            Set(state.jobs.places.compactMap { state.jobs[$0]?.job.tableHash })
                .union(state.datasets.places.compactMap { state.datasets[$0]?.tableHash })
                .union(state.sweeps.places.compactMap { state.sweeps[$0]?.tableHash })
        }
    }

    /// The starting weights that jobs still need.
    public func referencedInitialWeights() -> Set<String> {
        state.withLock { state in Set(state.jobs.places.compactMap { state.jobs[$0]?.job.initialWeightsHash }) }
    }
}
