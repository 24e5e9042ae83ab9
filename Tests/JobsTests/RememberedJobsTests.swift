import Foundation
import Jobs
import SQLiteStore
import Synchronization
import Testing

@Suite struct RememberedJobsTests {
    @Test func aJobIsRememberedUntilSomethingIsWritten() throws {
        let job = Job(.make(), createdAt: .now())
        var remembered = RememberedJobs()
        remembered.keep(job, readAfter: remembered.mark)
        #expect(remembered[job.id]?.id == job.id)
        remembered.beginWrite()
        #expect(remembered[job.id] == nil)
        remembered.endWrite()
        #expect(remembered[job.id] == nil)
    }

    @Test func aJobReadBesideAWriteIsNotKept() throws {
        let job = Job(.make(), createdAt: .now())
        var remembered = RememberedJobs()
        let before = remembered.mark
        remembered.beginWrite()
        let during = remembered.mark
        remembered.keep(job, readAfter: before)
        remembered.keep(job, readAfter: during)
        #expect(remembered[job.id] == nil)
        remembered.endWrite()
        remembered.keep(job, readAfter: before)
        remembered.keep(job, readAfter: during)
        #expect(remembered[job.id] == nil)
    }

    @Test func noMoreAreKeptThanFit() {
        var remembered = RememberedJobs(capacity: 3)
        let jobs = (0..<10).map { _ in Job(.make(), createdAt: .now()) }
        for job in jobs { remembered.keep(job, readAfter: remembered.mark) }
        #expect(jobs.filter { remembered[$0.id] != nil }.count <= 3)
        #expect(remembered[jobs[9].id] != nil)
    }

    /// Readers fill the memory while a writer changes the job: what is remembered after a write has its effect.
    @Test func whatIsRememberedAfterAWriteHasItsEffect() throws {
        let folder = try TemporaryDirectory()
        let store = try SQLiteStore(directory: folder.path)
        let stop = Atomic(false)
        let first = try store.submit(.make())
        let current = Mutex(first.id)
        let readers = (0..<2).map { _ in
            let thread = Thread {
                while !stop.load(ordering: .relaxed) { _ = try? store.job(current.withLock { $0 }) }
            }
            thread.start()
            return thread
        }
        for _ in 0..<300 {
            let job = try store.submit(.make())
            current.withLock { $0 = job.id }
            _ = try store.job(job.id)
            _ = try store.requestCancel(job.id)
            if let remembered = store.rememberedJob(job.id) { #expect(remembered.status == .cancelled) }
            _ = try store.delete(job.id)
            #expect(store.rememberedJob(job.id) == nil)
        }
        stop.store(true, ordering: .relaxed)
        while readers.contains(where: { !$0.isFinished }) { Thread.sleep(forTimeInterval: 0.001) }
        try store.close()
    }
}
