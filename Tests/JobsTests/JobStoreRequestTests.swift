import Jobs
import Testing

/// What every store promises to clients: cancel, delete, lists, events, counts.
@Suite struct JobStoreRequestTests {
    @Test(arguments: StoreKind.allCases, JobStatus.allCases)
    func cancellingDependsOnTheStatus(kind: StoreKind, status: JobStatus) throws {
        let store = try TestStore(kind).store
        let job = try store.job(in: status)
        for attempt in 1...2 {
            let outcome = try store.requestCancel(job.id)
            let found = try #require(try store.job(job.id))
            switch (status, outcome) {
            case (.queued, .cancelled(let answer)) where attempt == 1,
                (.queued, .alreadyCancelled(let answer)) where attempt == 2,
                (.cancelled, .alreadyCancelled(let answer)):
                #expect(answer.status == .cancelled)
                #expect(found.status == .cancelled)
                #expect(found.finishedAt != nil)
            case (.running, .cancelling(let answer)), (.cancelling, .cancelling(let answer)):
                #expect(answer.status == .cancelling)
                #expect(found.status == .cancelling)
                #expect(found.finishedAt == nil)
            case (.succeeded, .conflict(let answer)), (.failed, .conflict(let answer)):
                #expect(answer.status == status)
                #expect(found.status == status)
            default:
                Issue.record("attempt \(attempt) on a \(status) job: \(outcome)")
            }
            let changes = status == .queued || status == .running ? 1 : 0
            #expect(found.lastEvent == job.lastEvent + changes, "attempt \(attempt)")
        }
        if status == .queued { #expect(try store.claim() == nil) }
        guard case .unknown = try store.requestCancel(.random()) else {
            Issue.record("an unknown job was cancelled")
            return
        }
    }

    @Test(arguments: StoreKind.allCases, JobStatus.allCases)
    func onlyFinishedJobsAreForgotten(kind: StoreKind, status: JobStatus) throws {
        let store = try TestStore(kind).store
        let job = try store.job(in: status)
        let before = try store.counts()
        switch try store.delete(job.id) {
        case .deleted(let gone):
            #expect(status.isTerminal)
            #expect(gone.id == job.id)
            #expect(try store.job(job.id) == nil)
            #expect(try store.history(job.id) == nil)
            #expect(try store.events(job.id, after: 0) == nil)
            #expect(try store.counts()[status] == 0)
            guard case .unknown = try store.delete(job.id) else {
                Issue.record("deleted twice")
                return
            }
        case .conflict(let stays):
            #expect(!status.isTerminal)
            #expect(stays.status == status)
            #expect(try store.job(job.id) != nil)
            #expect(try store.counts() == before)
        case .unknown:
            Issue.record("the job is there")
        }
    }

    @Test(arguments: StoreKind.allCases)
    func aListGoesOnAfterAJobThatWasDeleted(kind: StoreKind) throws {
        let store = try TestStore(kind).store
        var ids: [JobID] = []
        for _ in 0..<25 { ids.insert(try store.job(in: .succeeded).id, at: 0) }
        var found: [JobID] = []
        var cursor: JobID?
        var pages = 0
        repeat {
            let page = try store.list(status: nil, after: cursor, limit: 10)
            found += page.items.map(\.id)
            pages += 1
            #expect(page.hasMore == (pages < 3))
            cursor = page.hasMore ? page.items.last?.id : nil
            if let cursor { _ = try store.delete(cursor) }
        } while cursor != nil
        #expect(found == ids)
        #expect(pages == 3)
    }

    @Test(arguments: StoreKind.allCases)
    func aListCanBeOfOneStatus(kind: StoreKind) throws {
        let store = try TestStore(kind).store
        let failed = [try store.job(in: .failed).id, try store.job(in: .failed).id]
        _ = try store.job(in: .succeeded)
        let newest = try store.job(in: .failed).id
        let page = try store.list(status: .failed, after: nil, limit: 1)
        #expect(page.items.map(\.id) == [newest])
        #expect(page.hasMore)
        let rest = try store.list(status: .failed, after: newest, limit: 2)
        #expect(rest.items.map(\.id) == failed.reversed())
        #expect(!rest.hasMore)
        #expect(try store.list(status: .running, after: nil, limit: 10).items.isEmpty)
    }

    @Test(arguments: StoreKind.allCases)
    func aListCannotGoOnAfterWhatNeverWas(kind: StoreKind) throws {
        let store = try TestStore(kind).store
        _ = try store.job(in: .queued)
        let stranger = JobID.random()
        #expect(throws: StoreError.unknownCursor(stranger.description)) {
            try store.list(status: nil, after: stranger, limit: 10)
        }
        let strangerSet = DatasetID.random()
        #expect(throws: StoreError.unknownCursor(strangerSet.description)) {
            try store.listDatasets(after: strangerSet, limit: 10)
        }
    }

    @Test(arguments: StoreKind.allCases)
    func eventsAreNumberedFromOneWithoutGaps(kind: StoreKind) throws {
        let store = try TestStore(kind).store
        let first = try store.running()
        _ = try store.requeue(first.id, leaseEpoch: first.leaseEpoch)
        let second = try #require(try store.claim())
        _ = try store.requestCancel(second.id)
        _ = try store.requestCancel(second.id)
        _ = try store.finish(second.id, leaseEpoch: second.leaseEpoch, JobEnding(.cancelled, stopReason: .cancelled))
        _ = try store.finish(second.id, leaseEpoch: second.leaseEpoch, .success)

        let events = try #require(try store.events(first.id, after: 0))
        #expect(events.map(\.kind) == [.queued, .started, .requeued, .started, .cancelling, .cancelled])
        #expect(events.map(\.number) == Array(1...6))
        #expect(events.map(\.at) == events.map(\.at).sorted())
        #expect(String(decoding: events[1].data, as: UTF8.self) == #"{"attempt":1}"#)
        #expect(String(decoding: events[5].data, as: UTF8.self) == #"{"stop_reason":"cancelled","epochs":0}"#)
        #expect(try store.job(first.id)?.lastEvent == 6)
        #expect(try store.events(first.id, after: 4)?.map(\.number) == [5, 6])
        #expect(try store.events(first.id, after: 6) == [])
        #expect(try store.events(.random(), after: 0) == nil)
        #expect(try store.history(.random()) == nil)
    }

    @Test(arguments: StoreKind.allCases)
    func aFailureIsTold(kind: StoreKind) throws {
        let store = try TestStore(kind).store
        let job = try store.running()
        let failure = JobFailure(code: "diverged", title: "Diverged", detail: "…", epoch: 3, step: 1)
        _ = try store.finish(
            job.id, leaseEpoch: job.leaseEpoch, JobEnding(.failed, stopReason: .diverged, failure: failure))
        let last = try #require(try store.events(job.id, after: 2)?.first)
        #expect(last.kind == .failed)
        #expect(
            String(decoding: last.data, as: UTF8.self)
                == #"{"stop_reason":"diverged","code":"diverged","epoch":3,"step":1}"#)
    }

    @Test(arguments: StoreKind.allCases)
    func countsFollowTheJobs(kind: StoreKind) throws {
        let store = try TestStore(kind).store
        #expect(try store.counts() == Dictionary(uniqueKeysWithValues: JobStatus.allCases.map { ($0, 0) }))
        for status in JobStatus.allCases.reversed() { _ = try store.job(in: status) }
        #expect(try store.counts() == Dictionary(uniqueKeysWithValues: JobStatus.allCases.map { ($0, 1) }))
        #expect(try store.queuedCount() == 1)
        _ = try store.claim()
        #expect(try store.queuedCount() == 0)
        #expect(try store.counts()[.running] == 2)
    }

    @Test(arguments: StoreKind.allCases)
    func whatIsReferencedIsKnown(kind: StoreKind) throws {
        let store = try TestStore(kind).store
        #expect(try store.referencedTables().isEmpty)
        let job = JobID.random()
        _ = try store.submit(.make(id: job, table: "of-job", initialWeights: "weights"))
        _ = try store.submit(.make(table: "shared"))
        let dataset = DatasetRecord.make(table: "shared")
        let other = DatasetRecord.make(table: "of-dataset")
        try store.addDataset(dataset)
        try store.addDataset(other)
        #expect(try store.referencedTables() == ["of-job", "shared", "of-dataset"])
        #expect(try store.referencedInitialWeights() == ["weights"])
        _ = try store.requestCancel(job)
        _ = try store.delete(job)
        _ = try store.deleteDataset(dataset.id)
        _ = try store.deleteDataset(other.id)
        #expect(try store.referencedTables() == ["shared"])
        #expect(try store.referencedInitialWeights().isEmpty)
    }
}

/// What every store promises about data sets.
@Suite struct DatasetStoreTests {
    @Test(arguments: StoreKind.allCases)
    func aDatasetReadsBackAsItWas(kind: StoreKind) throws {
        let store = try TestStore(kind).store
        let dataset = DatasetRecord(
            name: "iris", owner: "key-1", createdAt: Timestamp(milliseconds: 12_345), tableHash: "t", sha256: "s",
            bytes: 5_000_000_000, mediaType: "text/csv", schema: Array(#"{"rows":150}"#.utf8))
        try store.addDataset(dataset)
        #expect(try store.dataset(dataset.id) == dataset)
        #expect(throws: StoreError.duplicate(dataset.id.description)) { try store.addDataset(dataset) }
        #expect(try store.deleteDataset(dataset.id) == dataset)
        #expect(try store.dataset(dataset.id) == nil)
        #expect(try store.deleteDataset(dataset.id) == nil)
    }

    @Test(arguments: StoreKind.allCases)
    func aListGoesOnAfterADatasetThatWasDeleted(kind: StoreKind) throws {
        let store = try TestStore(kind).store
        let datasets = (0..<5).map { DatasetRecord.make(table: "\($0)") }
        for dataset in datasets { try store.addDataset(dataset) }
        let first = try store.listDatasets(after: nil, limit: 2)
        #expect(first.items == [datasets[4], datasets[3]])
        #expect(first.hasMore)
        _ = try store.deleteDataset(datasets[3].id)
        let second = try store.listDatasets(after: datasets[3].id, limit: 3)
        #expect(second.items == [datasets[2], datasets[1], datasets[0]])
        #expect(!second.hasMore)
    }
}

extension DatasetRecord {
    static func make(table: String) -> DatasetRecord {
        DatasetRecord(
            createdAt: Timestamp(milliseconds: 1), tableHash: table, sha256: "s", bytes: 1, mediaType: "text/csv",
            schema: [])
    }
}
