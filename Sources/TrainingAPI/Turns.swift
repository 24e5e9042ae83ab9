import Synchronization

/// A fixed number of turns at work that takes long; who gets none is told so instead of waiting.
final class Turns: Sendable {
    /// Proof that a turn was taken.
    struct Turn: Sendable {
        fileprivate init() {}
    }

    private let free: Mutex<Int>

    init(_ count: Int) { free = Mutex(count) }

    /// A turn, unless all are taken.
    func take() -> Turn? {
        let isFree = free.withLock { free in
            defer { if free > 0 { free -= 1 } }
            return free > 0
        }
        return isFree ? Turn() : nil
    }

    /// Ends a turn; to be called once for each that was taken.
    func give(back turn: Turn) { free.withLock { $0 += 1 } }
}
