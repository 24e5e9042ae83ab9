import Jobs
import Perceptron
import Testing

/// What every store promises about sweeps.
@Suite struct SweepStoreConformanceTests {
    private func membership(_ sweep: Sweep, _ place: SweepPlace) -> SweepMembership {
        SweepMembership(sweep: sweep.id, place: place)
    }

    @Test(arguments: StoreKind.allCases)
    func aSubmittedSweepReadsBackAsItWas(kind: StoreKind) throws {
        let store = try TestStore(kind).store
        let submission = SweepSubmission(
            name: "λ", owner: "key-1", tableHash: "t", specification: [0x7B, 0x7D], trials: [0x5B, 0x5D],
            origin: RequestOrigin(requestID: "order-2"))
        let submitted = try store.submitSweep(submission)
        for sweep in [submitted, try #require(try store.sweep(submission.id))] {
            #expect(sweep.id == submission.id)
            #expect(sweep.name == "λ")
            #expect(sweep.owner == "key-1")
            #expect(sweep.origin == RequestOrigin(requestID: "order-2"))
            #expect(sweep.tableHash == "t")
            #expect(sweep.specification == [0x7B, 0x7D])
            #expect(sweep.trials == [0x5B, 0x5D])
            #expect(sweep.status == .running)
            #expect(sweep.searchEnd == nil && sweep.finishedAt == nil && sweep.failure == nil)
        }
        #expect(try store.sweep(.random()) == nil)
        #expect(throws: StoreError.duplicate(submission.id.description)) { try store.submitSweep(submission) }
    }

    @Test(arguments: StoreKind.allCases)
    func aRequestThatComesAgainBeginsNoOtherSweep(kind: StoreKind) throws {
        let store = try TestStore(kind).store
        func submit(_ fingerprint: String = "f") throws -> SweepID {
            var submission = SweepSubmission.make()
            submission.identity = RequestIdentity(key: "k", fingerprint: fingerprint)
            return try store.submitSweep(submission).id
        }
        let first = try submit()
        #expect(try submit() == first)
        #expect(try store.listSweeps(status: nil, after: nil, limit: 9).items.map(\.id) == [first])
        #expect(throws: StoreError.keyReused) { try submit("g") }
        #expect(try store.finishSweep(first, .succeeded))
        _ = try store.deleteSweep(first)
        #expect(throws: StoreError.keySpent) { try submit() }
    }

    @Test(arguments: StoreKind.allCases)
    func aJobIsFoundByItsSweepAndKeepsItsPlace(kind: StoreKind) throws {
        let store = try TestStore(kind).store
        let sweep = try store.submitSweep(.make())
        let places: [SweepPlace] = [
            .trial(0, rung: 0, fold: 0), .trial(0, rung: 0, fold: 1), .trial(1, rung: 2, fold: 0), .final,
        ]
        for place in places { _ = try store.submit(.make(sweep: membership(sweep, place))) }
        let other = try store.submit(.make())
        let runs = try store.runs(of: sweep.id)
        #expect(runs.map(\.place) == places)
        #expect(runs.allSatisfy { $0.status == .queued && $0.parameterCount == 121 })
        #expect(try runs.map { try store.job($0.id)?.sweep } == places.map { membership(sweep, $0) })
        #expect(try store.job(other.id)?.sweep == nil)
        #expect(try store.runs(of: .random()).isEmpty)
        #expect(try store.claim()?.sweep == membership(sweep, places[0]))
    }

    @Test(arguments: StoreKind.allCases)
    func aPlaceIsTakenOnce(kind: StoreKind) throws {
        let store = try TestStore(kind).store
        let (sweep, other) = (try store.submitSweep(.make()), try store.submitSweep(.make()))
        for place in [SweepPlace.trial(3, rung: 1, fold: 2), .final] {
            _ = try store.submit(.make(sweep: membership(sweep, place)))
            let again = JobSubmission.make(sweep: membership(sweep, place))
            #expect(throws: StoreError.duplicate(again.id.description)) { try store.submit(again) }
            _ = try store.submit(.make(sweep: membership(other, place)))
        }
        #expect(try store.runs(of: sweep.id).count == 2)
        #expect(try store.queuedCount() == 4)
    }

    @Test(arguments: StoreKind.allCases)
    func aRunTellsWhatItsJobBrought(kind: StoreKind) throws {
        let store = try TestStore(kind).store
        let sweep = try store.submitSweep(.make())
        let job = try store.submit(.make(sweep: membership(sweep, .trial(0, rung: 0, fold: 0))))
        let lease = try #require(try store.claim()).leaseEpoch
        let result = JobResult(
            epochs: 7, dev: SetMetrics(loss: 0.25, cost: 0.5, accuracy: 0.75), devLossError: 0.125,
            best: .init(epoch: 5, devLoss: 0.25), trainingSeconds: 1, inputEncoding: [0x7B, 0x7D], hasWeights: true)
        _ = try store.finish(job.id, leaseEpoch: lease, JobEnding(.succeeded, stopReason: .completed, result: result))
        let run = try #require(try store.runs(of: sweep.id).first)
        #expect(run.status == .succeeded)
        #expect(run.result?.dev == result.dev)
        #expect(run.result?.devLossError == 0.125)
        #expect(run.result?.best?.epoch == 5)
        #expect(try store.job(job.id)?.result == result)

        let failing = try store.submit(.make(sweep: membership(sweep, .trial(1, rung: 0, fold: 0))))
        let second = try #require(try store.claim()).leaseEpoch
        _ = try store.finish(
            failing.id, leaseEpoch: second,
            JobEnding(.failed, failure: JobFailure(code: "diverged", title: "t", detail: "d")))
        #expect(try store.runs(of: sweep.id)[1].failure?.code == "diverged")
    }

    @Test(arguments: StoreKind.allCases)
    func listsOfJobsAreFilteredBySweep(kind: StoreKind) throws {
        let store = try TestStore(kind).store
        let sweep = try store.submitSweep(.make())
        let plain = try store.submit(.make()).id
        let trials = try (0..<3).map { trial in
            try store.submit(.make(sweep: membership(sweep, .trial(trial, rung: 0, fold: 0)))).id
        }
        func ids(
            _ filter: SweepFilter?, status: JobStatus? = nil, after: JobID? = nil, limit: Int = 9
        ) throws -> [JobID] {
            try store.list(status: status, sweep: filter, after: after, limit: limit).items.map(\.id)
        }
        #expect(try ids(nil) == trials.reversed() + [plain])
        #expect(try ids(.only(sweep.id)) == trials.reversed())
        #expect(try ids(.outside) == [plain])
        #expect(try ids(.only(.random())).isEmpty)
        #expect(try ids(.only(sweep.id), after: trials[2], limit: 1) == [trials[1]])
        #expect(try store.claim()?.id == plain)
        #expect(try ids(.only(sweep.id), status: .queued).count == 3)
        #expect(try ids(.outside, status: .queued).isEmpty)
    }

    @Test(arguments: StoreKind.allCases)
    func sweepsAreListedNewestFirstInPages(kind: StoreKind) throws {
        let store = try TestStore(kind).store
        let ids = try (0..<5).map { _ in try store.submitSweep(.make()).id }
        #expect(try store.finishSweep(ids[1], .succeeded))
        let page = try store.listSweeps(status: nil, after: nil, limit: 2)
        #expect(page.items.map(\.id) == [ids[4], ids[3]] && page.hasMore)
        let rest = try store.listSweeps(status: nil, after: ids[3], limit: 5)
        #expect(rest.items.map(\.id) == [ids[2], ids[1], ids[0]] && !rest.hasMore)
        #expect(try store.listSweeps(status: .succeeded, after: nil, limit: 5).items.map(\.id) == [ids[1]])
        #expect(try store.unfinishedSweeps().map(\.id) == [ids[0], ids[2], ids[3], ids[4]])
        guard case .deleted = try store.deleteSweep(ids[1]) else {
            Issue.record("not deleted")
            return
        }
        #expect(try store.listSweeps(status: nil, after: ids[1], limit: 5).items.map(\.id) == [ids[0]])
        let unknown = SweepID.random()
        #expect(throws: StoreError.unknownCursor(unknown.description)) {
            try store.listSweeps(status: nil, after: unknown, limit: 5)
        }
    }

    @Test(arguments: StoreKind.allCases)
    func trialsAreAddedWhileItSearches(kind: StoreKind) throws {
        let store = try TestStore(kind).store
        let id = try store.submitSweep(.make()).id
        #expect(try store.extendSweep(id, trials: [1, 2, 3]))
        #expect(try store.sweep(id)?.trials == [1, 2, 3])
        #expect(try store.endSearch(of: id, .timeLimit))
        #expect(try store.sweep(id)?.searchEnd == .timeLimit)
        #expect(try !store.endSearch(of: id, .timeLimit))
        #expect(try !store.extendSweep(id, trials: [4]))
        #expect(try store.sweep(id)?.trials == [1, 2, 3])
        #expect(try !store.extendSweep(.random(), trials: []))
    }

    @Test(arguments: StoreKind.allCases)
    func aSweepEndsOnce(kind: StoreKind) throws {
        let store = try TestStore(kind).store
        let failure = JobFailure(code: "diverged", title: "t", detail: "d")
        let id = try store.submitSweep(.make()).id
        #expect(try store.finishSweep(id, .failed(failure)))
        let failed = try #require(try store.sweep(id))
        #expect(failed.status == .failed && failed.failure == failure && failed.finishedAt != nil)
        #expect(try !store.finishSweep(id, .succeeded))
        #expect(try store.sweep(id)?.status == .failed)
        guard case .conflict = try store.requestCancelSweep(id) else {
            Issue.record("no conflict")
            return
        }
    }

    @Test(arguments: StoreKind.allCases)
    func aSweepThatIsBeingCancelledCanOnlyBecomeCancelled(kind: StoreKind) throws {
        let store = try TestStore(kind).store
        let id = try store.submitSweep(.make()).id
        guard case .cancelling = try store.requestCancelSweep(id) else {
            Issue.record("not cancelling")
            return
        }
        guard case .cancelling = try store.requestCancelSweep(id) else {
            Issue.record("not cancelling twice")
            return
        }
        #expect(try !store.finishSweep(id, .succeeded))
        #expect(try store.unfinishedSweeps().map(\.id) == [id])
        #expect(try store.finishSweep(id, .cancelled))
        guard case .cancelled = try store.requestCancelSweep(id) else {
            Issue.record("not cancelled")
            return
        }
        guard case .unknown = try store.requestCancelSweep(.random()) else {
            Issue.record("known")
            return
        }
    }

    @Test(arguments: StoreKind.allCases)
    func aSweepIsDeletedWithItsJobsOnceAllHaveEnded(kind: StoreKind) throws {
        let store = try TestStore(kind).store
        let sweep = try store.submitSweep(.make())
        let job = try store.submit(.make(sweep: membership(sweep, .trial(0, rung: 0, fold: 0)))).id
        guard case .conflict = try store.deleteSweep(sweep.id) else {
            Issue.record("deleted while running")
            return
        }
        #expect(try store.finishSweep(sweep.id, .succeeded))
        guard case .conflict = try store.deleteSweep(sweep.id) else {
            Issue.record("deleted with a queued job")
            return
        }
        _ = try store.requestCancel(job)
        guard case .conflict = try store.delete(job) else {
            Issue.record("a trial was deleted alone")
            return
        }
        guard case .deleted(let gone, let jobs) = try store.deleteSweep(sweep.id) else {
            Issue.record("not deleted")
            return
        }
        #expect(gone.id == sweep.id && jobs == [job])
        #expect(try store.job(job) == nil)
        #expect(try store.sweep(sweep.id) == nil)
        #expect(try store.counts().values.allSatisfy { $0 == 0 })
        #expect(try store.list(status: nil, after: job, limit: 5).items.isEmpty)
        guard case .unknown = try store.deleteSweep(sweep.id) else {
            Issue.record("known")
            return
        }
    }

    @Test(arguments: StoreKind.allCases)
    func aSweepHoldsItsTableAndLetsItGo(kind: StoreKind) throws {
        let store = try TestStore(kind).store
        let content = StoredContent(hash: "t", bytes: [1, 2])
        let sweep = try store.submitSweep(
            SweepSubmission(tableHash: "t", specification: [], trials: [], contents: [content]))
        #expect(try store.content("t") == [1, 2])
        #expect(try store.referencedTables() == ["t"])
        let job = try store.submit(.make(table: "t")).id
        _ = try store.requestCancel(job)
        guard case .deleted = try store.delete(job) else {
            Issue.record("not deleted")
            return
        }
        #expect(try store.content("t") == [1, 2])
        #expect(try store.finishSweep(sweep.id, .succeeded))
        guard case .deleted = try store.deleteSweep(sweep.id) else {
            Issue.record("not deleted")
            return
        }
        #expect(try store.content("t") == nil)
        #expect(try store.referencedTables().isEmpty)
    }
}

extension SweepSubmission {
    static func make() -> SweepSubmission { SweepSubmission(tableHash: "table", specification: [], trials: []) }
}
