import Jobs
import Testing

/// What every store promises to those who own jobs, sweeps and data sets.
@Suite struct OwnerConformanceTests {
    private let owners: [String?] = ["ada", "bob", nil, "ada", nil, "bob", "ada"]

    private func dataset(_ owner: String?) -> DatasetRecord {
        DatasetRecord(
            owner: owner, createdAt: Timestamp(milliseconds: 1), tableHash: "t", sha256: "s", bytes: 1,
            mediaType: "text/csv", schema: [])
    }

    /// The places in `owners` of what a list has, newest first.
    private func places(of owner: String?) -> [Int] {
        owners.indices.reversed().filter { owner == nil || owners[$0] == owner }
    }

    @Test(arguments: StoreKind.allCases)
    func aListOfJobsIsItsOwners(kind: StoreKind) throws {
        let store = try TestStore(kind).store
        let ids = owners.map { _ in JobID.random() }
        for (id, owner) in zip(ids, owners) {
            var submission = JobSubmission.make(id: id)
            submission.owner = owner
            #expect(try store.submit(submission).owner == owner)
        }
        func list(_ owner: String?, _ status: JobStatus? = nil, after: JobID? = nil, limit: Int = 9) throws -> Page<Job>
        {
            try store.list(status: status, sweep: nil, owner: owner, after: after, limit: limit)
        }
        for owner in [nil, "ada", "bob", "eve", ""] {
            #expect(try list(owner).items.map(\.id) == places(of: owner).map { ids[$0] })
            #expect(try list(owner, .queued).items.map(\.id) == places(of: owner).map { ids[$0] })
            #expect(try list(owner, .running).items.isEmpty)
        }
        let first = try list("ada", limit: 2)
        #expect(first.items.map(\.id) == [ids[6], ids[3]] && first.hasMore)
        let rest = try list("ada", after: ids[3], limit: 2)
        #expect(rest.items.map(\.id) == [ids[0]] && !rest.hasMore)
    }

    @Test(arguments: StoreKind.allCases)
    func aListOfSweepsIsItsOwners(kind: StoreKind) throws {
        let store = try TestStore(kind).store
        let ids = owners.map { _ in SweepID.random() }
        for (id, owner) in zip(ids, owners) {
            _ = try store.submitSweep(
                SweepSubmission(id: id, owner: owner, tableHash: "t", specification: [], trials: []))
        }
        for owner in [nil, "ada", "bob", "eve", ""] {
            for status in [nil, SweepStatus.running] {
                let page = try store.listSweeps(status: status, owner: owner, after: nil, limit: 9)
                #expect(page.items.map(\.id) == places(of: owner).map { ids[$0] })
            }
            #expect(try store.listSweeps(status: .failed, owner: owner, after: nil, limit: 9).items.isEmpty)
        }
        #expect(try store.listSweeps(status: nil, owner: "bob", after: ids[5], limit: 9).items.map(\.id) == [ids[1]])
    }

    @Test(arguments: StoreKind.allCases)
    func aListOfDataSetsIsItsOwners(kind: StoreKind) throws {
        let store = try TestStore(kind).store
        let datasets = owners.map(dataset)
        for dataset in datasets { try store.addDataset(dataset) }
        for owner in [nil, "ada", "bob", "eve", ""] {
            let page = try store.listDatasets(owner: owner, after: nil, limit: 9)
            #expect(page.items == places(of: owner).map { datasets[$0] })
        }
    }

    @Test(arguments: StoreKind.allCases, [false, true])
    func anothersElementIsNoPlaceToGoOnFrom(kind: StoreKind, isDeleted: Bool) throws {
        let store = try TestStore(kind).store
        var submission = JobSubmission.make()
        submission.owner = "ada"
        let job = try store.submit(submission).id
        let sweep = try store.submitSweep(
            SweepSubmission(owner: "ada", tableHash: "t", specification: [], trials: [])
        ).id
        let dataset = dataset("ada")
        try store.addDataset(dataset)
        if isDeleted {
            _ = try store.requestCancel(job)
            _ = try store.delete(job)
            _ = try store.finishSweep(sweep, .succeeded)
            _ = try store.deleteSweep(sweep)
            _ = try store.deleteDataset(dataset.id)
        }
        for owner in ["bob", ""] {
            #expect(throws: StoreError.unknownCursor(job.description)) {
                try store.list(status: nil, sweep: nil, owner: owner, after: job, limit: 5)
            }
            #expect(throws: StoreError.unknownCursor(sweep.description)) {
                try store.listSweeps(status: nil, owner: owner, after: sweep, limit: 5)
            }
            #expect(throws: StoreError.unknownCursor(dataset.id.description)) {
                try store.listDatasets(owner: owner, after: dataset.id, limit: 5)
            }
        }
        for owner in ["ada", nil] {
            #expect(try store.list(status: nil, sweep: nil, owner: owner, after: job, limit: 5).items.isEmpty)
            #expect(try store.listSweeps(status: nil, owner: owner, after: sweep, limit: 5).items.isEmpty)
            #expect(try store.listDatasets(owner: owner, after: dataset.id, limit: 5).items.isEmpty)
        }
    }
}
