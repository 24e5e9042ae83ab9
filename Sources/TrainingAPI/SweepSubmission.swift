import Access
import Datasets
import JSONDocument
import Jobs

extension TrainingService {
    /// Checks a sweep to the end and begins it. When this returns the sweep is on disk. Where `identity` has made a sweep
    /// already, that one is the answer.
    func submitSweep(
        _ node: JSONNode, for caller: Caller, identity: RequestIdentity? = nil, origin: RequestOrigin? = nil
    ) throws -> (sweep: Sweep, isNew: Bool) {
        if let sweep = try repeatedSweep(identity) { return (sweep, false) }
        try disk?.check()
        let request = sweepRequest(node)
        // The store counts again, with what comes at the same time; here nothing is read in vain.
        let most = AdmissionLimits(all: limits.runningSweeps, ofOwner: limits.runningSweepsPerOwner)
        let owners = try store.unfinishedSweeps().map(\.owner)
        try most.check(caller.owner, all: { owners.count }, ofOwner: { owner in owners.count { $0 == owner } })
        let id = SweepID.random()
        let sweep = try custody.takingIn {
            let (specification, table) = try specification(request, for: caller)
            var submission = SweepSubmission(
                id: id, name: request.name, owner: caller.owner, tableHash: table.hash,
                specification: specification.stored, trials: specification.firstTrials,
                contents: [table.content].compactMap(\.self), identity: identity, origin: origin)
            submission.limits = most
            return try store.submitSweep(submission)
        }
        // An equal request may have come in at the same time.
        guard sweep.id == id else { return (sweep, false) }
        sweepInbox.notify(id)
        return (sweep, true)
    }

    /// What `node` asks for, read by the limits of this service.
    func sweepRequest(_ node: JSONNode) -> SweepRequest {
        SweepRequest(node, limits: limits.jobs, sweepJobs: limits.sweepJobs)
    }

    /// Everything of a sweep brought together; faults of the data come with those known of the request.
    func specification(
        _ request: SweepRequest, for caller: Caller
    ) throws -> (SweepSpecification, table: (hash: String, content: StoredContent?)) {
        guard let job = request.job, request.faults.isEmpty else { throw withFaultsOfData(request, for: caller) }
        do {
            return try withData(of: job, for: caller) { data, table in
                do {
                    return try SweepSpecification(
                        request, data: data, table: table, limits: tables.limits, jobLimits: limits.jobs)
                } catch let faults as Faults {
                    throw SweepFaults(faults: faults)
                }
            }
        } catch let found as SweepFaults {
            throw found.faults
        } catch let faults as Faults {
            throw faults.under(SweepRequest.jobPointer)
        } catch IngestionError.faults(let faults) {
            throw faults.under(SweepRequest.jobPointer)
        }
    }

    /// What is known to be wrong with a request, and what its data shows beside.
    private func withFaultsOfData(_ request: SweepRequest, for caller: Caller) -> Faults {
        let faults = FaultCollector()
        faults.add(Faults(request.faults))
        guard let job = request.job else { return Faults(faults.faults) }
        do {
            let (_, table) = try withData(of: job, for: caller) { data, table in
                try prepare(data, table: table, seed: job.training.specification.seed, limits: tables.limits)
            }
            if table.content == nil { custody.released(table: table.hash) }
        } catch let found as Faults {
            for fault in found.under(SweepRequest.jobPointer).all where !request.faults.contains(fault) {
                faults.add(fault.pointer, fault.detail)
            }
        } catch {
            // What is wrong beside the content will be told when the content is right.
        }
        return Faults(faults.faults)
    }
}

/// Faults by their places in a sweep's document, where others have theirs in its job.
private struct SweepFaults: Error {
    let faults: Faults
}
