import Jobs
import Testing

/// What every store promises of limits: they hold whoever comes at the same time.
@Suite struct AdmissionLimitTests {
    private func job(_ limits: AdmissionLimits, of owner: String? = "ada", key: String? = nil) -> JobSubmission {
        var submission = JobSubmission.make()
        submission.owner = owner
        submission.limits = limits
        submission.identity = key.map { RequestIdentity(owner: owner, key: $0, fingerprint: "f") }
        return submission
    }

    private func sweep(_ limits: AdmissionLimits, of owner: String? = "ada") -> SweepSubmission {
        var submission = SweepSubmission(owner: owner, tableHash: "t", specification: [], trials: [])
        submission.limits = limits
        return submission
    }

    @Test(arguments: StoreKind.allCases)
    func anOwnersQueueIsFullForThemAlone(kind: StoreKind) throws {
        let store = try TestStore(kind).store
        let limits = AdmissionLimits(ofOwner: 2)
        for _ in 0..<2 { _ = try store.submit(job(limits)) }
        #expect(throws: StoreError.ownerFull(limit: 2)) { try store.submit(job(limits)) }
        #expect(try store.queuedCount() == 2)
        for owner in ["bob", nil, nil, nil] { _ = try store.submit(job(limits, of: owner)) }
        #expect(try store.queuedCount(of: "ada") == 2 && store.queuedCount(of: "bob") == 1)
        #expect(try store.queuedCount(of: "") == 0)
    }

    @Test(arguments: StoreKind.allCases)
    func aFullQueueIsFullForEverybody(kind: StoreKind) throws {
        let store = try TestStore(kind).store
        let limits = AdmissionLimits(all: 2, ofOwner: 5)
        for owner in ["ada", nil] { _ = try store.submit(job(limits, of: owner)) }
        for owner in ["ada", "bob", nil] {
            #expect(throws: StoreError.full(limit: 2)) { try store.submit(job(limits, of: owner)) }
        }
    }

    @Test(arguments: StoreKind.allCases)
    func aRequestThatComesAgainIsAnsweredByAFullQueueToo(kind: StoreKind) throws {
        let store = try TestStore(kind).store
        let limits = AdmissionLimits(all: 1, ofOwner: 1)
        let first = try store.submit(job(limits, key: "k"))
        #expect(try store.submit(job(limits, key: "k")).id == first.id)
    }

    @Test(arguments: StoreKind.allCases)
    func whatStartsEndsOrComesBackIsCounted(kind: StoreKind) throws {
        let store = try TestStore(kind).store
        let limits = AdmissionLimits(ofOwner: 1)
        let first = try store.submit(job(limits))
        let running = try #require(try store.claim())
        #expect(try store.queuedCount(of: "ada") == 0)
        let second = try store.submit(job(limits))
        #expect(try store.requeue(first.id, leaseEpoch: running.leaseEpoch) == .queued)
        #expect(try store.queuedCount(of: "ada") == 2)
        #expect(throws: StoreError.ownerFull(limit: 1)) { try store.submit(job(limits)) }
        for id in [first.id, second.id] { _ = try store.requestCancel(id) }
        #expect(try store.queuedCount(of: "ada") == 0)
        _ = try store.submit(job(limits))
    }

    @Test(arguments: StoreKind.allCases)
    func jobsOfSweepsDoNotCount(kind: StoreKind) throws {
        let store = try TestStore(kind).store
        let begun = try store.submitSweep(sweep(AdmissionLimits()))
        var trial = JobSubmission.make(sweep: SweepMembership(sweep: begun.id, place: .final))
        trial.owner = "ada"
        _ = try store.submit(trial)
        #expect(try store.queuedCount(of: "ada") == 0)
        _ = try store.submit(job(AdmissionLimits(ofOwner: 1)))
    }

    @Test(arguments: StoreKind.allCases)
    func sweepsAreCountedWhileTheyRun(kind: StoreKind) throws {
        let store = try TestStore(kind).store
        let limits = AdmissionLimits(all: 3, ofOwner: 2)
        let first = try store.submitSweep(sweep(limits))
        _ = try store.submitSweep(sweep(limits))
        #expect(throws: StoreError.ownerFull(limit: 2)) { try store.submitSweep(sweep(limits)) }
        _ = try store.submitSweep(sweep(limits, of: "bob"))
        #expect(throws: StoreError.full(limit: 3)) { try store.submitSweep(sweep(limits, of: "bob")) }
        _ = try store.requestCancelSweep(first.id)
        #expect(throws: StoreError.ownerFull(limit: 2)) { try store.submitSweep(sweep(limits)) }
        #expect(try store.finishSweep(first.id, .cancelled))
        _ = try store.submitSweep(sweep(limits))
    }

    @Test(arguments: StoreKind.allCases)
    func noneTooManyAreTakenOfManyAtOnce(kind: StoreKind) throws {
        let store = try TestStore(kind).store
        let limits = AdmissionLimits(all: 30, ofOwner: 10)
        let (taken, refused) = (Guarded(0), Guarded(0))
        onThreads(16) { thread in
            for _ in 0..<5 {
                do {
                    _ = try store.submit(job(limits, of: thread % 2 == 0 ? "ada" : "bob"))
                    taken.withLock { $0 += 1 }
                } catch StoreError.ownerFull(limit: 10) {
                    refused.withLock { $0 += 1 }
                } catch {
                    Issue.record("\(error)")
                }
            }
        }
        #expect(taken.withLock { $0 } == 20 && refused.withLock { $0 } == 60)
        #expect(try store.queuedCount(of: "ada") == 10 && store.queuedCount(of: "bob") == 10)
    }
}
