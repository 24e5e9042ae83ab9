import Access
import Datasets
import JSONDocument
import Jobs
import Perceptron

extension TrainingService {
    /// Checks a job to the end and queues it. When this returns the job is on disk. Where `identity` has made a job
    /// already, that one is the answer.
    func submit(
        _ node: JSONNode, for caller: Caller, identity: RequestIdentity? = nil, origin: RequestOrigin? = nil
    ) throws -> (job: Job, isNew: Bool) {
        if let job = try repeated(identity) { return (job, false) }
        try disk?.check()
        let request = jobRequest(node)
        // The store counts again, with what comes at the same time; here nothing is read in vain.
        let queue = AdmissionLimits(all: limits.queuedJobs, ofOwner: limits.queuedJobsPerOwner)
        try queue.check(caller.owner, all: store.queuedCount, ofOwner: store.queuedCount(of:))
        let id = JobID.random()
        let job = try custody.takingIn {
            let (plan, table) = try plan(request, for: caller)
            let weights = try plan.network.initialLayers.map { try archive.keep($0, of: plan.network) }
            var submission = JobSubmission(
                id: id, name: request.name, owner: caller.owner,
                settings: plan.settings(initialWeightsHash: weights?.hash), tableHash: table.hash,
                initialWeightsHash: weights?.hash, parameterCount: plan.network.parameterCount,
                epochs: plan.training.epochs, contents: [table.content, weights?.content].compactMap(\.self),
                identity: identity, origin: origin)
            submission.limits = queue
            return try store.submit(submission)
        }
        // An equal request may have come in at the same time.
        guard job.id == id else { return (job, false) }
        pool.notifySubmitted()
        return (job, true)
    }

    /// The JSON that a request brings.
    func document(_ request: RoutedRequest) throws(JSONSyntaxError) -> JSONNode {
        try JSONDocument.parse(request.bytes, depthLimit: tables.limits.jsonDepth).root
    }

    /// What `node` asks for, read by the limits of this service.
    func jobRequest(_ node: JSONNode, for purpose: JobRequest.Purpose = .training) -> JobRequest {
        JobRequest(node, for: purpose, limits: limits.jobs, dataLimits: tables.limits)
    }

    /// Stores the data that `request` carries, or finds the data set it names, and brings everything together. To be
    /// called while taking in. Data of a request that turns out faulty is released again.
    /// - Returns: also the hash of the table, and the table itself if it has no file: a data set of which it is
    ///   can be forgotten any moment.
    func plan(
        _ request: JobRequest, for caller: Caller
    ) throws -> (JobPlan, table: (hash: String, content: StoredContent?)) {
        try withData(of: request, for: caller) { specification, table in
            try JobPlan(
                data: specification, network: request.network, training: request.training,
                baseError: request.baseError, table: table, limits: tables.limits, jobLimits: limits.jobs)
        }
    }

    /// The same for any use of the data.
    func withData<Value>(
        of request: JobRequest, for caller: Caller, _ body: (DataSpecification, MappedTable) throws -> Value
    ) throws -> (Value, table: (hash: String, content: StoredContent?)) {
        let faults = FaultCollector()
        faults.add(Faults(request.faults))
        guard let data = request.data else { throw Faults(faults.faults) }
        var (specification, stored) = try ingest(data, faults)
        do {
            if case .dataset(let id) = specification.source {
                guard let dataset = try dataset(DatasetID(id), for: caller) else {
                    faults.add("/data/dataset", "is not the id of a data set")
                    throw Faults(faults.faults)
                }
                specification.table = dataset.tableHash
            }
            guard let hash = specification.table else {
                throw Faults(pointer: "/data", detail: "names no data")
            }
            let content = stored == nil ? try store.content(hash) : stored?.content
            let table = try tables.open(hash, content: content)
            if !faults.faults.isEmpty {
                throw withFaultsOfPreparing(specification, request.training.classWeight, table, faults)
            }
            return (try body(specification, table), (hash, content.map { StoredContent(hash: hash, bytes: $0) }))
        } catch {
            if let stored, stored.content == nil { custody.released(table: stored.hash) }
            throw error
        }
    }

    /// A data set; nil where there is none that `caller` sees.
    func dataset(_ id: DatasetID?, for caller: Caller) throws -> DatasetRecord? {
        guard let id, let dataset = try store.dataset(id), caller.sees(owner: dataset.owner) else { return nil }
        return dataset
    }

    /// The faults already known of a request, together with those that its data shows without the settings at fault.
    private func withFaultsOfPreparing(
        _ specification: DataSpecification, _ classWeight: ClassWeight?, _ table: MappedTable, _ faults: FaultCollector
    ) -> Faults {
        do throws(Faults) {
            _ = try prepare(
                specification, table: table, seed: 0, classWeight: classWeight, limits: tables.limits)
        } catch {
            faults.add(error)
        }
        return Faults(faults.faults)
    }

    /// Stores the data a request carries. Its faults are thrown together with those already known.
    private func ingest(
        _ data: DataRequest, _ faults: FaultCollector
    ) throws -> (DataSpecification, TableReference?) {
        do {
            return try data.ingest(into: tables)
        } catch IngestionError.faults(let found) {
            faults.add(found)
            throw Faults(faults.faults)
        }
    }

    /// Forgets a finished job and its files.
    func delete(_ id: JobID) throws -> DeleteOutcome {
        let outcome = try store.delete(id)
        if case .deleted(let job) = outcome {
            try networks.remove(id)
            custody.released(table: job.tableHash, initialWeights: job.initialWeightsHash)
        }
        return outcome
    }

    /// What a client sees of `job`.
    func resource(of job: Job, at now: Timestamp) -> JobResource {
        JobResource(job: job, progress: job.status.isHeld ? pool.monitor(for: job.id)?.progress : nil, now: now)
    }
}
