import Synchronization

/// What a connection is at: which of its requests, and which part of that.
struct Stage: Equatable {
    enum Part: UInt {
        /// Waits for a request, or reads its line and headers.
        case head
        case body
        /// The request is complete, or is answered without the rest of it.
        case answer
        /// Given up: whatever happens on it from now on, no request is begun or continued.
        case cut
    }

    var part = Part.head
    /// How many requests have been answered.
    var request: UInt = 0
}

extension Stage {
    /// As one word, so that two threads can agree on it without a lock: the one that serves the connection, and the one
    /// that gives it up when it is late.
    final class Shared: Sendable {
        private let word = Atomic<UInt>(0)

        var current: Stage { Stage(word: word.load(ordering: .acquiring)) }

        /// Goes on to `part`. Returns false where the connection has been given up.
        func enter(_ part: Part) -> Bool {
            var old = word.load(ordering: .relaxed)
            while true {
                var stage = Stage(word: old)
                if stage.part == .cut { return false }
                if part == .head { stage.request &+= 1 }
                stage.part = part
                let (done, seen) = word.weakCompareExchange(
                    expected: old, desired: stage.word, ordering: .acquiringAndReleasing)
                if done { return true }
                old = seen
            }
        }

        /// Gives the connection up, unless it has gone on since `stage` was seen.
        func cut(at stage: Stage) -> Bool {
            var given = stage
            given.part = .cut
            return word.compareExchange(
                expected: stage.word, desired: given.word, ordering: .acquiringAndReleasing
            ).exchanged
        }
    }

    private init(word: UInt) {
        part = Part(rawValue: word & 3) ?? .cut
        request = word >> 2
    }

    private var word: UInt { request << 2 | part.rawValue }
}
