/// Jobs as they were last read, so that a client that polls costs no read of the disk. What is told of a job is always
/// what is on disk: every write forgets them all first, and a job that was read beside a write is not kept.
public struct RememberedJobs: Sendable {
    /// Says how many writes there had been when a read began.
    public struct Mark: Equatable, Sendable {
        fileprivate let writes: UInt64
    }

    private var jobs: [JobID: Job] = [:]
    private var writes: UInt64 = 0
    private var writing = 0
    private let capacity: Int

    /// Bytes of a job's texts above which it is read anew every time.
    private static let largest = 32 << 10

    /// - Parameter capacity: jobs kept at most.
    public init(capacity: Int = 512) {
        self.capacity = capacity
    }

    /// The job, if it is remembered.
    public subscript(id: JobID) -> Job? { jobs[id] }

    /// To be taken before a job is read from the store.
    public var mark: Mark { Mark(writes: writes) }

    /// Keeps a job that was read after `mark` was taken, unless something has been or is being written since.
    public mutating func keep(_ job: Job, readAfter mark: Mark) {
        guard mark == self.mark, writing == 0 else { return }
        guard job.settings.count + (job.result?.inputEncoding.count ?? 0) <= RememberedJobs.largest else { return }
        if jobs.count >= capacity, jobs[job.id] == nil { jobs.removeAll(keepingCapacity: true) }
        jobs[job.id] = job
    }

    /// A transaction begins, which may change any job.
    public mutating func beginWrite() {
        writes += 1
        writing += 1
        jobs.removeAll(keepingCapacity: true)
    }

    /// The transaction is over, made or not.
    public mutating func endWrite() {
        writes += 1
        writing -= 1
    }
}
