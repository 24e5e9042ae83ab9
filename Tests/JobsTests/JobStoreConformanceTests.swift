import Jobs
import Perceptron
import Testing

/// What every store promises about the way of a job.
@Suite struct JobStoreConformanceTests {
    @Test(arguments: StoreKind.allCases)
    func aSubmittedJobReadsBackAsItWas(kind: StoreKind) throws {
        let store = try TestStore(kind).store
        let submission = JobSubmission(
            name: "two \"blobs\" é", owner: "key-1", settings: [0x7B, 0x7D], tableHash: "abc",
            initialWeightsHash: "def", parameterCount: 7, epochs: 30_000,
            origin: RequestOrigin(requestID: "order-1", traceParent: "00-a-b-01", traceState: "vendor=a"))
        let submitted = try store.submit(submission)
        let found = try #require(try store.job(submission.id))
        for job in [submitted, found] {
            #expect(job.id == submission.id)
            #expect(job.name == "two \"blobs\" é")
            #expect(job.owner == "key-1")
            #expect(job.settings == [0x7B, 0x7D])
            #expect(job.tableHash == "abc")
            #expect(job.initialWeightsHash == "def")
            #expect(job.parameterCount == 7)
            #expect(job.epochs == 30_000)
            #expect(job.origin == submission.origin)
            #expect(job.status == .queued)
            #expect(job.createdAt == Timestamp(milliseconds: 1_700_000_000_001))
            #expect(job.startedAt == nil)
            #expect(job.finishedAt == nil)
            #expect(job.stopReason == nil)
            #expect(job.attempts == 0)
            #expect(job.result == nil)
            #expect(job.failure == nil)
        }
        #expect(try store.history(submission.id) == [])
    }

    @Test(arguments: StoreKind.allCases)
    func anIDIsTakenOnce(kind: StoreKind) throws {
        let store = try TestStore(kind).store
        let id = JobID.random()
        _ = try store.submit(.make(id: id, name: "first"))
        #expect(throws: StoreError.duplicate(id.description)) { try store.submit(.make(id: id, name: "second")) }
        #expect(try store.job(id)?.name == "first")
        #expect(try store.queuedCount() == 1)
    }

    @Test(arguments: StoreKind.allCases)
    func whatHasWaitedLongestIsKnown(kind: StoreKind) throws {
        let store = try TestStore(kind).store
        #expect(try store.oldestQueued() == nil)
        let first = try store.submit(.make())
        let second = try store.submit(.make())
        #expect(first.createdAt < second.createdAt)
        #expect(try store.oldestQueued() == first.createdAt)
        _ = try store.claim()
        #expect(try store.oldestQueued() == second.createdAt)
        _ = try store.requestCancel(second.id)
        #expect(try store.oldestQueued() == nil)
    }

    @Test(arguments: StoreKind.allCases)
    func aProbeChangesNothing(kind: StoreKind) throws {
        let store = try TestStore(kind).store
        let job = try store.submit(.make())
        try store.probe()
        #expect(try store.job(job.id)?.status == .queued)
        #expect(try store.queuedCount() == 1)
    }

    @Test(arguments: StoreKind.allCases)
    func theOldestQueuedJobIsClaimedFirst(kind: StoreKind) throws {
        let store = try TestStore(kind).store
        let ids = (0..<5).map { _ in JobID.random() }
        for id in ids { _ = try store.submit(.make(id: id)) }
        for id in ids {
            let job = try #require(try store.claim())
            #expect(job.id == id)
            #expect(job.status == .running)
            #expect(job.startedAt != nil)
            #expect(job.attempts == 1)
            #expect(job.leaseEpoch == 1)
            let stored = try #require(try store.job(id))
            #expect(stored.status == .running)
            #expect(stored.startedAt == job.startedAt)
            #expect(stored.leaseEpoch == job.leaseEpoch)
        }
        #expect(try store.claim() == nil)
    }

    @Test(arguments: StoreKind.allCases)
    func aClaimedJobIsNotHandedOutTwice(kind: StoreKind) throws {
        let store = try TestStore(kind).store
        let ids = (0..<400).map { _ in JobID.random() }
        for id in ids { _ = try store.submit(.make(id: id)) }
        let claimed = Guarded<[JobID]>([])
        onThreads(8) { _ in
            do {
                while let job = try store.claim() { claimed.withLock { $0.append(job.id) } }
            } catch {
                Issue.record(error)
            }
        }
        let all = claimed.withLock { $0 }
        #expect(all.count == ids.count)
        #expect(Set(all) == Set(ids))
    }

    @Test(arguments: StoreKind.allCases)
    func whatAFinishBringsReadsBackToTheLastBit(kind: StoreKind) throws {
        let store = try TestStore(kind).store
        let job = try store.running()
        let odd = SetMetrics(loss: 0.1 + 0.2, cost: .leastNonzeroMagnitude, accuracy: 1 / 3)
        let result = JobResult(
            epochs: 17, train: odd, dev: SetMetrics(loss: -0.0, cost: .infinity, rmse: .pi, r2: nil), test: nil,
            best: .init(epoch: 9, devLoss: 0.125), trainingSeconds: 0.1, inputEncoding: Array("{}".utf8),
            hasWeights: true)
        let history = [
            HistoryRow(epoch: 0, stepCost: nil, train: odd, dev: nil, learningRate: 0.3, gradientNorm: nil),
            HistoryRow(
                epoch: 17, stepCost: 1.1, train: odd, dev: SetMetrics(loss: 1, cost: 2, rmse: 3, r2: -4),
                learningRate: 0.1, gradientNorm: .greatestFiniteMagnitude),
        ]
        let ending = JobEnding(.succeeded, stopReason: .earlyStopping, result: result, history: history)
        #expect(try store.finish(job.id, leaseEpoch: job.leaseEpoch, ending))
        let found = try #require(try store.job(job.id))
        #expect(found.status == .succeeded)
        #expect(found.stopReason == .earlyStopping)
        #expect(found.result == result)
        #expect(found.result?.dev?.loss.sign == .minus)
        #expect(found.failure == nil)
        #expect(try #require(found.finishedAt) > #require(found.startedAt))
        #expect(try store.history(job.id) == history)
    }

    @Test(arguments: StoreKind.allCases)
    func aDivergedJobKeepsItsNaN(kind: StoreKind) throws {
        let store = try TestStore(kind).store
        let job = try store.running()
        let failure = JobFailure(code: "diverged", title: "Diverged", detail: "Lower the rate.", epoch: 3, step: 2)
        let lost = SetMetrics(loss: .nan, cost: .nan, accuracy: 0)
        let ending = JobEnding(
            .failed, stopReason: .diverged,
            result: JobResult(
                epochs: 2, train: lost, best: .init(epoch: 0, devLoss: nil), trainingSeconds: 1, inputEncoding: [],
                hasWeights: false),
            failure: failure)
        #expect(try store.finish(job.id, leaseEpoch: job.leaseEpoch, ending))
        let found = try #require(try store.job(job.id))
        #expect(found.status == .failed)
        #expect(found.stopReason == .diverged)
        #expect(found.failure == failure)
        #expect(found.result?.train?.loss.isNaN == true)
        #expect(found.result?.best == .init(epoch: 0, devLoss: nil))
        #expect(found.result?.hasWeights == false)
    }

    /// Else a job behind one that ends the process again and again would be given up with it.
    @Test(arguments: StoreKind.allCases)
    func aJobThatWasOnlyFetchedAheadIsNotChargedWithACrash(kind: StoreKind) throws {
        let store = try TestStore(kind).store
        let jobs = try (0..<3).map { _ in try store.submit(.make()) }
        for crash in 1...4 {
            for job in jobs { #expect(try store.claim()?.id == job.id) }
            let recovery = try store.recover(workers: 2)
            #expect(recovery.givenUp == (crash < JobRunner.attemptLimit ? 0 : 2))
            #expect(recovery.requeued + recovery.givenUp == 3)
            #expect(try jobs.map { try store.job($0.id)?.attempts } == [crash, crash, 0])
        }
    }

    @Test(arguments: StoreKind.allCases)
    func anAttemptThatLostItsLeaseChangesNothing(kind: StoreKind) throws {
        let store = try TestStore(kind).store
        let first = try store.running()
        _ = try store.recover()
        let second = try #require(try store.claim())
        #expect(second.id == first.id)
        #expect(second.leaseEpoch > first.leaseEpoch)
        #expect(second.attempts == 2)

        #expect(try !store.finish(first.id, leaseEpoch: first.leaseEpoch, .success))
        #expect(try store.requeue(first.id, leaseEpoch: first.leaseEpoch) == nil)
        let found = try #require(try store.job(first.id))
        #expect(found.status == .running)
        #expect(found.leaseEpoch == second.leaseEpoch)
        #expect(try store.events(first.id, after: 0)?.count == 4)

        #expect(try store.finish(second.id, leaseEpoch: second.leaseEpoch, .success))
        #expect(try !store.finish(second.id, leaseEpoch: second.leaseEpoch, JobEnding(.failed)))
        #expect(try store.job(first.id)?.status == .succeeded)
    }

    @Test(arguments: StoreKind.allCases)
    func onlyAClaimedJobCanFinish(kind: StoreKind) throws {
        let store = try TestStore(kind).store
        let queued = try store.job(in: .queued)
        #expect(try !store.finish(queued.id, leaseEpoch: queued.leaseEpoch, .success))
        #expect(try store.requeue(queued.id, leaseEpoch: queued.leaseEpoch) == nil)
        #expect(try !store.finish(.random(), leaseEpoch: 1, .success))
        #expect(try store.requeue(.random(), leaseEpoch: 1) == nil)
        #expect(try store.job(queued.id)?.status == .queued)
    }

    @Test(arguments: StoreKind.allCases)
    func anInterruptedJobGetsItsPlaceBack(kind: StoreKind) throws {
        let store = try TestStore(kind).store
        let first = try store.running()
        let later = try store.submit(.make())
        #expect(try store.requeue(first.id, leaseEpoch: first.leaseEpoch) == .queued)
        let queued = try #require(try store.job(first.id))
        #expect(queued.status == .queued)
        #expect(queued.startedAt == nil)
        #expect(queued.attempts == 0)
        #expect(try store.queuedCount() == 2)
        let again = try #require(try store.claim())
        #expect(again.id == first.id)
        #expect(again.leaseEpoch == 2)
        #expect(try store.claim()?.id == later.id)
    }

    @Test(arguments: StoreKind.allCases)
    func anInterruptedJobThatWasToBeCancelledIs(kind: StoreKind) throws {
        let store = try TestStore(kind).store
        let job = try store.job(in: .cancelling)
        #expect(try store.requeue(job.id, leaseEpoch: job.leaseEpoch) == .cancelled)
        #expect(try store.job(job.id)?.status == .cancelled)
        #expect(try store.claim() == nil)
    }

    @Test(arguments: StoreKind.allCases)
    func aStartTakesJobsFromWorkersThatAreNoMore(kind: StoreKind) throws {
        let store = try TestStore(kind).store
        var jobs: [JobStatus: Job] = [:]
        for status in JobStatus.allCases.reversed() { jobs[status] = try store.job(in: status) }
        let recovery = try store.recover(workers: 2)
        #expect(recovery.requeued == 1)
        #expect(recovery.cancelled.map(\.id) == [jobs[.cancelling]?.id])
        for (before, job) in jobs {
            let found = try #require(try store.job(job.id))
            switch before {
            case .running:
                #expect(found.status == .queued)
                #expect(found.attempts == 1)
                #expect(try store.events(job.id, after: 0)?.map(\.kind) == [.queued, .started, .requeued])
            case .cancelling:
                #expect(found.status == .cancelled)
                #expect(found.stopReason == .cancelled)
                #expect(found.finishedAt != nil)
                #expect(
                    try store.events(job.id, after: 0)?.map(\.kind) == [.queued, .started, .cancelling, .cancelled])
            case .queued, .succeeded, .failed, .cancelled:
                #expect(found.status == before)
                #expect(found.lastEvent == job.lastEvent)
            }
        }
        let again = try store.recover()
        #expect(again.requeued == 0)
        #expect(again.cancelled.isEmpty)
    }
}
