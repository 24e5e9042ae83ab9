import Glibc
import Synchronization

/// Numbers that many threads add to at once. Each is kept in several places, so that threads seldom touch the same line of
/// a cache; a reader adds them up.
// Unchecked: the memory is set up in `init` and freed in `deinit`; in between it is touched by atomic operations only.
final class ShardedCells: @unchecked Sendable {
    private static let shards = 4
    /// Of Int, in a line of a cache.
    private static let line = 8

    let count: Int
    private let stride: Int
    private let cells: UnsafeMutablePointer<Atomic<Int>>

    /// So many numbers, all 0.
    init(_ count: Int) {
        self.count = count
        stride = (count + ShardedCells.line - 1) / ShardedCells.line * ShardedCells.line + ShardedCells.line
        cells = .allocate(capacity: stride * ShardedCells.shards)
        for place in 0..<stride * ShardedCells.shards { (cells + place).initialize(to: Atomic(0)) }
    }

    deinit {
        cells.deinitialize(count: stride * ShardedCells.shards)
        cells.deallocate()
    }

    /// The calling thread's share of the cells: by where its stack lies, which tells threads apart at no cost.
    static var shard: Int {
        let place = UInt64(pthread_self()) >> 12
        return Int(truncatingIfNeeded: (place &* 0x9E37_79B9_7F4A_7C15) >> 62)
    }

    /// Adds to number `cell`.
    func add(_ amount: Int, to cell: Int, shard: Int = ShardedCells.shard) {
        precondition(cell >= 0 && cell < count)
        cells[shard * stride + cell].wrappingAdd(amount, ordering: .relaxed)
    }

    /// What number `cell` comes to.
    func sum(_ cell: Int) -> Int {
        precondition(cell >= 0 && cell < count)
        return (0..<ShardedCells.shards).reduce(0) {
            $0 &+ cells[$1 * stride + cell].load(ordering: .relaxed)
        }
    }
}
