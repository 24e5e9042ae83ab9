import Glibc

/// A fixed number of threads for handlers that block.
final class BackgroundPool: Sendable {
    typealias Job = @Sendable () -> Void

    private struct Queue {
        var jobs: [Job] = []
        var next = 0
        var closed = false

        mutating func popFirst() -> Job? {
            guard next < jobs.count else { return nil }
            let job = jobs[next]
            next += 1
            if next == jobs.count || next >= 1024 {
                jobs.removeFirst(next)
                next = 0
            }
            return job
        }
    }

    private enum Turn {
        case run(Job)
        case end
    }

    private let queue = Monitor(Queue())

    /// - Throws: `SystemError` where a thread cannot be made.
    init(threads: Int) throws(SystemError) {
        for _ in 0..<threads {
            do throws(SystemError) {
                try startThread { [queue] in Self.work(on: queue) }
            } catch {
                close()
                throw error
            }
        }
    }

    /// Returns false, and does nothing, once the pool is closed.
    func submit(_ job: @escaping Job) -> Bool {
        queue.withLockWakingOne { queue in
            if !queue.closed { queue.jobs.append(job) }
            return !queue.closed
        }
    }

    /// Drops the jobs that wait; the threads end after the ones they run.
    func close() {
        // Jobs are released outside the lock: what they hold may do work in its deinit.
        let dropped = queue.withLock { queue in
            defer { queue = Queue(closed: true) }
            return queue.jobs
        }
        withExtendedLifetime(dropped) {}
    }

    private static func work(on queue: Monitor<Queue>) {
        while true {
            let turn: Turn = queue.wait { queue in
                if let job = queue.popFirst() { return .run(job) }
                return queue.closed ? .end : nil
            }
            switch turn {
            case .run(let job): job()
            case .end: return
            }
        }
    }
}
