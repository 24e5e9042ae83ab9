import Datasets
import JSONDocument
import Jobs

extension TrainingService {
    /// Checks a sweep to the end and begins it. When this returns the sweep is on disk. Where `identity` has made a sweep
    /// already, that one is the answer.
    func submitSweep(
        _ node: JSONNode, identity: RequestIdentity? = nil, origin: RequestOrigin? = nil
    ) throws -> (sweep: Sweep, isNew: Bool) {
        if let sweep = try repeatedSweep(identity) { return (sweep, false) }
        let request = SweepRequest(node)
        guard try store.unfinishedSweeps().count < limits.runningSweeps else {
            throw Problem(
                .queueFull, "\(limits.runningSweeps) sweeps are running already; try again when some are done.",
                headers: [("Retry-After", "30")])
        }
        let id = SweepID.random()
        let sweep = try custody.takingIn {
            let (specification, table) = try specification(request)
            return try store.submitSweep(
                SweepSubmission(
                    id: id, name: request.name, tableHash: table.hash, specification: specification.stored,
                    trials: specification.firstTrials, contents: [table.content].compactMap(\.self),
                    identity: identity, origin: origin))
        }
        // An equal request may have come in at the same time.
        guard sweep.id == id else { return (sweep, false) }
        sweepInbox.notify(id)
        return (sweep, true)
    }

    /// Everything of a sweep brought together; faults of the data come with those known of the request.
    private func specification(
        _ request: SweepRequest
    ) throws -> (SweepSpecification, table: (hash: String, content: StoredContent?)) {
        guard let job = request.job, request.faults.isEmpty else { throw withFaultsOfData(request) }
        do {
            return try withData(of: job) { data, table in
                do {
                    return try SweepSpecification(
                        request, data: data, table: table, limits: tables.limits, memoryLimit: limits.jobMemory)
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
    private func withFaultsOfData(_ request: SweepRequest) -> Faults {
        let faults = FaultCollector()
        faults.add(Faults(request.faults))
        guard let job = request.job else { return Faults(faults.faults) }
        do {
            let (_, table) = try withData(of: job) { data, table in
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
