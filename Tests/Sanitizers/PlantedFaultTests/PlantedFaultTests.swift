import Foundation
import Synchronization
import Testing

/// Mistakes on purpose: the run must fail, or the sanitizers see nothing.
@Suite struct PlantedFaultTests {
    /// Unchecked, and wrongly so.
    private final class Unguarded: @unchecked Sendable {
        var count = 0
        let lock = Mutex(0)
    }

    /// ThreadSanitizer.
    @Test func twoThreadsWriteAtOnce() {
        let shared = Unguarded()
        DispatchQueue.concurrentPerform(iterations: 8) { _ in
            for _ in 0..<100_000 { shared.count += 1 }
        }
    }

    /// No fault, to see that a lock counts as one however many want it.
    @Test func twoThreadsWriteUnderALock() {
        let shared = Unguarded()
        DispatchQueue.concurrentPerform(iterations: 8) { _ in
            for _ in 0..<100_000 { shared.lock.withLock { _ in shared.count += 1 } }
        }
        #expect(shared.count == 800_000)
    }

    /// AddressSanitizer's leak detection.
    @Test func memoryIsForgotten() {
        for _ in 0..<100 {
            UnsafeMutableRawPointer.allocate(byteCount: 100, alignment: 8).storeBytes(of: 1, as: Int.self)
        }
    }
}
