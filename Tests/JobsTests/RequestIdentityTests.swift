import Jobs
import Testing

/// What every store promises about requests that come again.
@Suite struct RequestIdentityTests {
    private static func submission(_ key: String, _ fingerprint: String = "f", owner: String? = nil) -> JobSubmission {
        var submission = JobSubmission.make()
        submission.identity = RequestIdentity(owner: owner, key: key, fingerprint: fingerprint)
        return submission
    }

    @Test(arguments: StoreKind.allCases)
    func anEqualRequestMakesNothingNew(kind: StoreKind) throws {
        let store = try TestStore(kind).store
        let first = try store.submit(Self.submission("k"))
        let second = try store.submit(Self.submission("k"))
        #expect(second.id == first.id)
        #expect(try store.queuedCount() == 1)
        #expect(try store.target(of: RequestIdentity(key: "k", fingerprint: "f")) == first.id.description)
        #expect(try store.target(of: RequestIdentity(key: "l", fingerprint: "f")) == nil)
    }

    @Test(arguments: StoreKind.allCases)
    func anotherRequestWithTheKeyIsRefused(kind: StoreKind) throws {
        let store = try TestStore(kind).store
        _ = try store.submit(Self.submission("k"))
        #expect(throws: StoreError.keyReused) { try store.submit(Self.submission("k", "g")) }
        #expect(throws: StoreError.keyReused) { try store.target(of: RequestIdentity(key: "k", fingerprint: "g")) }
        #expect(try store.queuedCount() == 1)
    }

    @Test(arguments: StoreKind.allCases)
    func keysOfDifferentOwnersAreDifferentKeys(kind: StoreKind) throws {
        let store = try TestStore(kind).store
        let ids = try [nil, "a", "b"].map { try store.submit(Self.submission("k", owner: $0)).id }
        #expect(Set(ids).count == 3)
    }

    @Test(arguments: StoreKind.allCases)
    func whatWasDeletedIsNotMadeAgain(kind: StoreKind) throws {
        let store = try TestStore(kind).store
        let job = try store.submit(Self.submission("k"))
        _ = try store.requestCancel(job.id)
        _ = try store.delete(job.id)
        #expect(throws: StoreError.keySpent) { try store.submit(Self.submission("k")) }
    }

    @Test(arguments: StoreKind.allCases)
    func aSubmissionThatFailsDoesNotTakeItsKey(kind: StoreKind) throws {
        let store = try TestStore(kind).store
        let taken = try store.submit(.make()).id
        var submission = JobSubmission.make(id: taken)
        submission.identity = RequestIdentity(key: "k", fingerprint: "f")
        #expect(throws: StoreError.duplicate(taken.description)) { try store.submit(submission) }
        #expect(try store.target(of: RequestIdentity(key: "k", fingerprint: "f")) == nil)
    }

    @Test(arguments: StoreKind.allCases)
    func aKeyIsKnownForItsLifetimeAndForgottenLater(kind: StoreKind) throws {
        let clock = TestClock()
        let store = try TestStore(kind, clock: clock).store
        let first = try store.submit(Self.submission("k"))
        clock.advance(milliseconds: 24 * 3_600_000)
        _ = try store.submit(Self.submission("l"))
        #expect(try store.submit(Self.submission("k")).id == first.id)
        clock.advance(milliseconds: RequestIdentity.lifetime)
        _ = try store.submit(Self.submission("m"))
        #expect(try store.submit(Self.submission("k")).id != first.id)
    }

    @Test(arguments: StoreKind.allCases)
    func aDataSetIsMadeOnce(kind: StoreKind) throws {
        let store = try TestStore(kind).store
        let identity = RequestIdentity(key: "k", fingerprint: "f")
        let first = try store.addDataset(.make(table: "t"), table: nil, identity: identity)
        let second = try store.addDataset(.make(table: "t"), table: nil, identity: identity)
        #expect(second == first)
        #expect(try store.listDatasets(after: nil, limit: 9).items == [first])
        _ = try store.deleteDataset(first.id)
        #expect(throws: StoreError.keySpent) {
            try store.addDataset(.make(table: "t"), table: nil, identity: identity)
        }
    }

    @Test(arguments: StoreKind.allCases)
    func duplicatesAtTheSameTimeMakeOneJob(kind: StoreKind) throws {
        let store = try TestStore(kind).store
        let ids = Guarded<Set<JobID>>([])
        onThreads(8) { _ in
            for key in 0..<20 {
                do {
                    let job = try store.submit(Self.submission("key \(key)"))
                    ids.withLock { _ = $0.insert(job.id) }
                } catch {
                    Issue.record(error)
                }
            }
        }
        #expect(ids.withLock { $0.count } == 20)
        #expect(try store.queuedCount() == 20)
    }
}
