import Foundation
import Perceptron
import Synchronization

/// A training run on a thread of its own: a test that watches it must not share its few threads with it.
final class BackgroundRun: Sendable {
    private let result = Mutex<Result<TrainingOutcome, any Error>?>(nil)

    init(_ train: @escaping @Sendable () throws -> TrainingOutcome) {
        Thread.detachNewThread { [self] in
            let ended = Result { try train() }
            result.withLock { $0 = ended }
        }
    }

    /// What came of it.
    func outcome() async throws -> TrainingOutcome {
        while true {
            if let ended = result.withLock({ $0 }) { return try ended.get() }
            await _Concurrency.Task.yield()
        }
    }
}
