import CFloatingPoint
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Threads that share the tasks of one run's steps. The thread that calls `run` works too, as worker 0.
final class ThreadTeam {
    /// Workers, the caller included.
    let workers: Int
    private let board: TaskBoard?
    private var threads: [pthread_t] = []

    /// A team of `threads` workers, or of fewer if the system gives no more: the results are the same.
    init(threads wanted: Int) {
        guard wanted > 1 else {
            workers = 1
            board = nil
            return
        }
        let board = TaskBoard()
        for worker in 1..<wanted {
            // Balanced by `takeRetainedValue` in `teamWorkerMain`, or below where no thread was made.
            let seat = Unmanaged.passRetained(TeamSeat(board: board, worker: worker))
            var thread = pthread_t()
            guard pthread_create(&thread, nil, teamWorkerMain, seat.toOpaque()) == 0 else {
                seat.release()
                break
            }
            threads.append(thread)
        }
        workers = threads.count + 1
        self.board = board
    }

    deinit {
        board?.close()
        for thread in threads { pthread_join(thread, nil) }
    }

    /// Calls `body(task, worker)` once for every task 0..<tasks, in any order, and returns when all are done.
    func run(_ tasks: Int, _ body: (_ task: Int, _ worker: Int) -> Void) {
        guard let board, tasks > 1, workers > 1 else {
            for task in 0..<tasks { body(task, 0) }
            return
        }
        withoutActuallyEscaping(body) { body in
            withUnsafePointer(to: body) { board.run(tasks, $0) }
        }
    }
}

private final class TeamSeat {
    let board: TaskBoard
    let worker: Int

    init(board: TaskBoard, worker: Int) {
        self.board = board
        self.worker = worker
    }
}

/// A worker's life. Balances the `passRetained` of `ThreadTeam.init`.
private func teamWorkerMain(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let context else { return nil }
    let seat = Unmanaged<TeamSeat>.fromOpaque(context).takeRetainedValue()
    FloatingPointMode.flushingDenormals { seat.board.work(as: seat.worker) }
    return nil
}

/// Where the caller puts tasks and the workers take them.
// @unchecked: `body` is written only while no task is open (`open` is 0 and every taken task is in `finished`), read
// only by who has taken a task; the sequentially consistent `open` orders both. `mutex` and `wake` are made to be shared.
private final class TaskBoard: @unchecked Sendable {
    typealias Body = UnsafePointer<(Int, Int) -> Void>

    private var body: Body?
    /// Tasks nobody has taken yet.
    private let open = Atomic<Int>(0)
    private let finished = Atomic<Int>(0)
    private let sleepers = Atomic<Int>(0)
    private let closed = Atomic<Bool>(false)
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let wake = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

    init() {
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(wake, nil)
    }

    deinit {
        pthread_cond_destroy(wake)
        pthread_mutex_destroy(mutex)
        wake.deallocate()
        mutex.deallocate()
    }

    func run(_ tasks: Int, _ body: Body) {
        self.body = body
        finished.store(0, ordering: .relaxed)
        open.store(tasks, ordering: .sequentiallyConsistent)
        wakeSleepers()
        takeTasks(as: 0)
        var turns = 0
        while finished.load(ordering: .acquiring) != tasks {
            turns += 1
            if turns < 20_000 { cfloatingpoint_pause() } else { sched_yield() }
        }
    }

    func work(as worker: Int) {
        while !closed.load(ordering: .acquiring) {
            takeTasks(as: worker)
            waitForTasks()
        }
    }

    func close() {
        closed.store(true, ordering: .sequentiallyConsistent)
        wakeSleepers()
    }

    private func takeTasks(as worker: Int) {
        var left = open.load(ordering: .sequentiallyConsistent)
        while left > 0 {
            let (taken, seen) = open.weakCompareExchange(
                expected: left, desired: left - 1, ordering: .sequentiallyConsistent)
            guard taken else {
                left = seen
                continue
            }
            body?.pointee(left - 1, worker)
            finished.wrappingAdd(1, ordering: .acquiringAndReleasing)
            left = open.load(ordering: .sequentiallyConsistent)
        }
    }

    private var mayWork: Bool {
        open.load(ordering: .sequentiallyConsistent) > 0 || closed.load(ordering: .sequentiallyConsistent)
    }

    /// Spins for a while, since the next tasks usually come within microseconds, then sleeps.
    private func waitForTasks() {
        for _ in 0..<4_000 {
            if mayWork { return }
            cfloatingpoint_pause()
        }
        pthread_mutex_lock(mutex)
        sleepers.wrappingAdd(1, ordering: .sequentiallyConsistent)
        while !mayWork { pthread_cond_wait(wake, mutex) }
        sleepers.wrappingSubtract(1, ordering: .sequentiallyConsistent)
        pthread_mutex_unlock(mutex)
    }

    /// A sleeper counts itself before it looks for tasks, and tasks are put out before the sleepers are counted: one of
    /// the two sees the other.
    private func wakeSleepers() {
        guard sleepers.load(ordering: .sequentiallyConsistent) > 0 else { return }
        pthread_mutex_lock(mutex)
        pthread_cond_broadcast(wake)
        pthread_mutex_unlock(mutex)
    }
}
