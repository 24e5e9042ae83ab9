import Datasets
import Foundation
import Jobs
import Perceptron
import Testing

/// The thread that leads sweeps, with a store that fails and one that was left by another process.
@Suite struct SweepCoordinatorTests {
    /// Store, workers and coordinator, as the service puts them together.
    private struct Fixture {
        let plans: PlanFixture
        let store: any JobStore
        let inbox = SweepInbox()
        let pool: WorkerPool
        let coordinator: SweepCoordinator
        let reports = Guarded<[String]>([])

        init(_ store: any JobStore, workers: Int = 2, in plans: PlanFixture? = nil) throws {
            self.store = store
            self.plans = try plans ?? PlanFixture()
            let directory = self.plans.directory.path
            let archive = JobArchive(
                store: store, tables: self.plans.tables,
                networks: try NetworkArchive(directory: directory + "/networks"),
                initialWeights: try InitialWeightsArchive(directory: directory + "/weights"))
            let runner = JobRunner(archive: archive)
            let (inbox, reports) = (inbox, reports)
            pool = WorkerPool(
                store: store, workers: workers, backoff: Backoff(initial: .milliseconds(1)), report: { _ in },
                didFinish: { job, _ in if let sweep = job.sweep { inbox.notify(sweep.sweep) } }
            ) { runner.run($0, $1) }
            coordinator = SweepCoordinator(
                store: store, pool: pool, archive: archive, limits: self.plans.tables.limits, jobLimits: .most,
                inbox: inbox, backoff: Backoff(initial: .milliseconds(1)), clock: Timestamp.now,
                report: Report { notice in reports.withLock { $0.append(notice.text) } })
        }

        func submit(_ document: String) throws -> SweepID {
            let request = SweepRequest(try node(document), drawSeed: { 7 })
            let data = try #require(request.job?.data)
            let (specification, table) = try data.ingest(into: plans.tables)
            let made = try SweepSpecification(
                request, data: specification, table: plans.tables.open(try #require(specification.table)))
            return try store.submitSweep(
                SweepSubmission(
                    tableHash: try #require(table).hash, specification: made.stored, trials: made.firstTrials)
            ).id
        }

        func start() throws {
            try pool.start()
            try coordinator.start()
        }

        /// The sweep once it has ended.
        func ended(_ id: SweepID) throws -> Sweep {
            let deadline = ContinuousClock.now + .seconds(60)
            while true {
                let sweep = try #require(try store.sweep(id))
                if sweep.status.isTerminal { return sweep }
                try #require(ContinuousClock.now < deadline)
                sched_yield()
            }
        }

        func stop() {
            coordinator.stop()
            #expect(pool.drain(timeout: .seconds(30)))
        }
    }

    private let document = sweepDocument(
        #"{"parameters": {"l2_lambda": [0, 1, 2, 3, 4, 5]}}"#, training: #"{"epochs": 3}"#)

    @Test(arguments: StoreKind.allCases)
    func aSweepRunsToItsEnd(kind: StoreKind) throws {
        let test = try TestStore(kind)
        let fixture = try Fixture(test.store)
        try fixture.start()
        let id = try fixture.submit(document)
        fixture.inbox.notify(id)
        #expect(try fixture.ended(id).status == .succeeded)
        fixture.stop()
        let runs = try fixture.store.runs(of: id)
        #expect(runs.count == 7)
        #expect(runs.allSatisfy { $0.status == .succeeded })
        #expect(runs.dropLast().allSatisfy { ($0.result?.devLossError ?? 0) > 0 && $0.result?.test == nil })
        #expect(runs.last?.result?.test != nil && runs.last?.result?.devLossError == nil)
        #expect(fixture.reports.withLock { $0 }.isEmpty)
    }

    @Test func aSweepThatNobodyLedGoesOnAtTheStart() throws {
        let store = MemoryStore()
        let plans = try PlanFixture()
        let id = try Fixture(store, in: plans).submit(document)
        let fixture = try Fixture(store, in: plans)
        try fixture.start()
        #expect(try fixture.ended(id).status == .succeeded)
        fixture.stop()
    }

    @Test func aStoreThatFailsForAWhileIsAskedAgain() throws {
        let store = InterceptedStore(MemoryStore(), failing: [.runs: 5])
        let fixture = try Fixture(store)
        try fixture.start()
        let id = try fixture.submit(document)
        fixture.inbox.notify(id)
        #expect(try fixture.ended(id).status == .succeeded)
        fixture.stop()
        #expect(fixture.reports.withLock { $0.count } == 5)
    }

    @Test func aSweepThatCannotBeReadFailsAndOthersGoOn() throws {
        let fixture = try Fixture(MemoryStore())
        let broken = try fixture.store.submitSweep(
            SweepSubmission(tableHash: "t", specification: Array("{}".utf8), trials: Array("[]".utf8))
        ).id
        let id = try fixture.submit(document)
        try fixture.start()
        #expect(try fixture.ended(broken).failure?.code == "internal")
        #expect(try fixture.ended(id).status == .succeeded)
        fixture.stop()
        #expect(fixture.reports.withLock { $0.count } == 1)
    }

    @Test func aSweepWhoseDataIsGoneFailsAndItsJobsStop() throws {
        let fixture = try Fixture(MemoryStore())
        let id = try fixture.submit(document)
        for hash in try fixture.plans.tables.hashes() { try fixture.plans.tables.remove(hash) }
        try fixture.start()
        #expect(try fixture.ended(id).status == .failed)
        fixture.stop()
        #expect(try fixture.store.runs(of: id).allSatisfy(\.status.isTerminal))
    }
}
