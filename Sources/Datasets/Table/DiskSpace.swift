import Metrics
import Synchronization

/// How much room there is where the data lies. A reserve is kept free, so that what was accepted can end and what is not
/// needed can be deleted. The file system is asked twice a second at most, and again before anything is refused. Safe to
/// use from many threads.
public final class DiskSpace: Sendable {
    /// Bytes that stay free.
    public let reserve: Int
    private let look: @Sendable () throws(StorageError) -> Int
    private let seen = Mutex<(bytes: Int, at: ContinuousClock.Instant)?>(nil)

    private static let memory = Duration.milliseconds(500)

    /// The file system that has `directory`.
    public convenience init(directory: String, reserve: Int) {
        self.init(reserve: reserve) { () throws(StorageError) in
            guard let space = DiskMetrics.space(of: directory) else { throw .last("look at the free space") }
            return space.free
        }
    }

    /// Whatever `look` says is free.
    package init(reserve: Int, look: @escaping @Sendable () throws(StorageError) -> Int) {
        self.reserve = reserve
        self.look = look
    }

    /// Bytes that may be taken, as of this moment or half a second before.
    public func room() throws(StorageError) -> Int {
        let now = ContinuousClock.now
        if let seen = seen.withLock({ $0 }), now - seen.at < DiskSpace.memory { return max(seen.bytes - reserve, 0) }
        return try roomNow()
    }

    /// Bytes that may be taken, as of now.
    private func roomNow() throws(StorageError) -> Int {
        let bytes = try look()
        seen.withLock { $0 = (bytes, ContinuousClock.now) }
        return max(bytes - reserve, 0)
    }

    /// - Throws: `diskFull` where there is not room for `bytes` more.
    public func check(for bytes: Int = 1) throws(StorageError) {
        if try room() >= bytes { return }
        if try roomNow() < bytes { throw .diskFull }
    }
}
