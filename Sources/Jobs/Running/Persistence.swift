import Datasets
import Glibc
import Perceptron

/// Repeats what the disk refuses, for as long as it does: a job that was accepted must not end for a fault that passes.
struct Persistence: Sendable {
    /// Why what was refused is not tried again.
    struct GivenUp: Error {
        /// What the job was asked meanwhile.
        let request: StopRequest
    }

    let backoff: Backoff
    let report: Report
    /// How often a waiting thread looks whether it is to stop, in microseconds.
    private static let glance: UInt32 = 20_000

    /// Calls `body` until it succeeds or fails with what will not pass. Throws `GivenUp` when one of `requests` comes while it waits.
    func insist<Value>(
        for job: Job, _ monitor: TrainingMonitor, until requests: Set<StopRequest>, _ body: () throws -> Value
    ) throws -> Value {
        var failures = 0
        while true {
            do {
                let value = try body()
                if failures > 0 { report("what the disk refused has been done", level: .info, job.noticeFields) }
                return value
            } catch  where Persistence.mayPass(error) {
                report("\(error); it is tried again until it succeeds", job.noticeFields)
                failures += 1
                let end = ContinuousClock.now + backoff.wait(after: failures)
                repeat {
                    if let request = monitor.stopRequest, requests.contains(request) { throw GivenUp(request: request) }
                    usleep(Persistence.glance)
                } while ContinuousClock.now < end
            }
        }
    }

    private static func mayPass(_ error: any Error) -> Bool {
        switch error {
        case StorageError.diskFull, StorageError.io, StoreError.diskFull, StoreError.unavailable: true
        default: false
        }
    }
}
