import Jobs
import Testing

/// What every store promises about attempts that go on from checkpoints.
@Suite struct AttemptTests {
    @Test(arguments: StoreKind.allCases)
    func progressForgivesEarlierAttempts(kind: StoreKind) throws {
        let store = try TestStore(kind).store
        var job = try store.running()
        for _ in 0..<2 {
            _ = try store.recover(workers: 1)
            job = try #require(try store.claim())
        }
        #expect(job.attempts == 3)
        #expect(try store.progressed(job.id, leaseEpoch: job.leaseEpoch))
        #expect(try store.job(job.id)?.attempts == 1)
        _ = try store.recover(workers: 1)
        #expect(try store.claim()?.attempts == 2)
    }

    @Test(arguments: StoreKind.allCases)
    func aResumptionIsAnEventOfTheAttempt(kind: StoreKind) throws {
        let store = try TestStore(kind).store
        let job = try store.running()
        #expect(try store.resumed(job.id, leaseEpoch: job.leaseEpoch, epoch: 17))
        let events = try #require(try store.events(job.id, after: 0))
        #expect(events.map(\.kind) == [.queued, .started, .resumed])
        #expect(events.map(\.number) == [1, 2, 3])
        #expect(String(decoding: events[2].data, as: UTF8.self) == #"{"epoch":17}"#)
        #expect(try store.job(job.id)?.status == .running)
    }

    @Test(arguments: StoreKind.allCases)
    func anAttemptThatLostItsJobChangesNothing(kind: StoreKind) throws {
        let store = try TestStore(kind).store
        let job = try store.running()
        _ = try store.recover(workers: 1)
        _ = try store.claim()
        #expect(try store.progressed(job.id, leaseEpoch: job.leaseEpoch) == false)
        #expect(try store.resumed(job.id, leaseEpoch: job.leaseEpoch, epoch: 1) == false)
        #expect(try store.job(job.id)?.attempts == 2)
        #expect(try store.events(job.id, after: 0)?.count == 4)
        #expect(try store.progressed(.random(), leaseEpoch: 1) == false)
    }
}
