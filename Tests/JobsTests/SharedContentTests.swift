import Jobs
import Testing

/// What every store promises about small things kept in it.
@Suite struct SharedContentTests {
    private static func content(_ hash: String, _ bytes: [UInt8] = [0, 255, 7]) -> StoredContent {
        StoredContent(hash: hash, bytes: bytes)
    }

    private static func submission(
        _ id: JobID = .random(), table: String, weights: String? = nil, _ contents: [StoredContent]
    ) -> JobSubmission {
        JobSubmission(
            id: id, settings: [], tableHash: table, initialWeightsHash: weights, parameterCount: 1, epochs: 1,
            contents: contents)
    }

    @Test(arguments: StoreKind.allCases)
    func contentIsThereWithTheJobThatBroughtIt(kind: StoreKind) throws {
        let store = try TestStore(kind).store
        #expect(try store.content("table") == nil)
        _ = try store.submit(
            Self.submission(
                table: "table", weights: "weights", [Self.content("table", [1, 2]), Self.content("weights", [])]))
        #expect(try store.content("table") == [1, 2])
        #expect(try store.content("weights") == [])
        #expect(try store.content("none") == nil)
    }

    @Test(arguments: StoreKind.allCases)
    func contentStaysAsLongAsAnythingNamesIt(kind: StoreKind) throws {
        let store = try TestStore(kind).store
        let ids = (0..<3).map { _ in JobID.random() }
        _ = try store.submit(Self.submission(ids[0], table: "shared", [Self.content("shared")]))
        _ = try store.submit(Self.submission(ids[1], table: "other", weights: "shared", [Self.content("shared")]))
        _ = try store.submit(Self.submission(ids[2], table: "other", [Self.content("other")]))
        let dataset = DatasetRecord.make(table: "shared")
        try store.addDataset(dataset, table: Self.content("shared"))
        for id in ids { _ = try store.requestCancel(id) }
        _ = try store.delete(ids[0])
        #expect(try store.content("shared") == [0, 255, 7])
        _ = try store.deleteDataset(dataset.id)
        #expect(try store.content("shared") != nil)
        _ = try store.delete(ids[1])
        #expect(try store.content("shared") == nil)
        #expect(try store.content("other") != nil)
        _ = try store.delete(ids[2])
        #expect(try store.content("other") == nil)
    }

    @Test(arguments: StoreKind.allCases)
    func aDataSetsTableGoesWithItsLastUser(kind: StoreKind) throws {
        let store = try TestStore(kind).store
        let datasets = (0..<2).map { _ in DatasetRecord.make(table: "t") }
        for dataset in datasets { try store.addDataset(dataset, table: Self.content("t")) }
        _ = try store.deleteDataset(datasets[0].id)
        #expect(try store.content("t") != nil)
        _ = try store.deleteDataset(datasets[1].id)
        #expect(try store.content("t") == nil)
    }

    @Test(arguments: StoreKind.allCases)
    func aRefusedSubmissionKeepsNothing(kind: StoreKind) throws {
        let store = try TestStore(kind).store
        let id = JobID.random()
        _ = try store.submit(Self.submission(id, table: "a", [Self.content("a")]))
        #expect(throws: StoreError.duplicate(id.description)) {
            try store.submit(Self.submission(id, table: "b", [Self.content("b")]))
        }
        #expect(try store.content("b") == nil)
    }

    @Test(arguments: StoreKind.allCases)
    func aNetworkComesAndGoesWithItsJob(kind: StoreKind) throws {
        let store = try TestStore(kind).store
        let job = try store.running()
        let network = (0..<10_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        #expect(try !store.finish(job.id, leaseEpoch: job.leaseEpoch + 1, JobEnding(.succeeded, network: [1])))
        #expect(try store.network(job.id) == nil)
        #expect(try store.finish(job.id, leaseEpoch: job.leaseEpoch, JobEnding(.succeeded, network: network)))
        #expect(try store.network(job.id) == network)
        #expect(try store.network(.random()) == nil)
        _ = try store.delete(job.id)
        #expect(try store.network(job.id) == nil)
    }
}

/// What every store promises about a worker's step from one job to the next.
@Suite struct TurnoverTests {
    @Test(arguments: StoreKind.allCases)
    func oneJobEndsAndTheOldestQueuedOneBegins(kind: StoreKind) throws {
        let store = try TestStore(kind).store
        let first = try store.running()
        let ids = try (0..<2).map { _ in try store.submit(.make()).id }
        let turnover = try store.finishAndClaim(first.id, leaseEpoch: first.leaseEpoch, .success)
        #expect(turnover.wasHeld)
        #expect(turnover.next?.id == ids[0])
        #expect(turnover.next?.status == .running)
        #expect(turnover.next?.leaseEpoch == 1)
        #expect(try store.job(first.id)?.status == .succeeded)
        #expect(try store.job(ids[0])?.status == .running)
        #expect(try store.events(ids[0], after: 0)?.map(\.kind) == [.queued, .started])
        #expect(try store.queuedCount() == 1)
        #expect(try store.job(ids[1])?.status == .queued)
    }

    @Test(arguments: StoreKind.allCases)
    func anEmptyQueueGivesNothing(kind: StoreKind) throws {
        let store = try TestStore(kind).store
        let job = try store.running()
        let turnover = try store.finishAndClaim(job.id, leaseEpoch: job.leaseEpoch, JobEnding(.failed))
        #expect(turnover.wasHeld)
        #expect(turnover.next == nil)
        #expect(try store.job(job.id)?.status == .failed)
    }

    @Test(arguments: StoreKind.allCases)
    func aLostLeaseKeepsTheEndingButNotTheClaim(kind: StoreKind) throws {
        let store = try TestStore(kind).store
        let job = try store.running()
        _ = try store.recover()
        let again = try #require(try store.claim())
        let waiting = try store.submit(.make()).id
        let turnover = try store.finishAndClaim(job.id, leaseEpoch: job.leaseEpoch, .success)
        #expect(!turnover.wasHeld)
        #expect(turnover.next?.id == waiting)
        #expect(try store.job(again.id)?.status == .running)
    }
}
