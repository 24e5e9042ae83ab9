import Perceptron

/// Brings the alarms of jobs that run to the store while they run, by a thread that is there only as long as there is
/// something to bring: training does not wait for the disk. What cannot be stored comes with the job's ending.
public final class AlarmCourier: Sendable {
    private struct Delivery {
        var job: JobID
        var leaseEpoch: Int
        var alarms: [JobAlarm]
    }

    private struct State {
        var waiting: [Delivery] = []
        var isUnderWay = false
    }

    private static let stackSize = 1 << 20

    private let store: any JobStore
    private let report: @Sendable (StoreError) -> Void
    private let state = Guarded(State())

    /// A courier to `store`; what it cannot deliver is told to `report`.
    public init(to store: any JobStore, report: @escaping @Sendable (StoreError) -> Void) {
        self.store = store
        self.report = report
    }

    /// Sends an alarm of the attempt at `job`; returns at once.
    public func send(_ alarm: JobAlarm, of job: Job) {
        let starts = state.withLock { state in
            if let last = state.waiting.indices.last, state.waiting[last].job == job.id,
                state.waiting[last].leaseEpoch == job.leaseEpoch
            {
                state.waiting[last].alarms.append(alarm)
            } else {
                state.waiting.append(Delivery(job: job.id, leaseEpoch: job.leaseEpoch, alarms: [alarm]))
            }
            defer { state.isUnderWay = true }
            return !state.isUnderWay
        }
        guard starts else { return }
        do throws(ThreadError) {
            try WorkerThread(stackSize: Self.stackSize) { self.deliver() }.abandon()
        } catch {
            // No thread to be had: the endings will bring what waits.
            state.withLock { $0 = State() }
        }
    }

    private func deliver() {
        while let delivery = next() {
            do throws(StoreError) {
                _ = try store.raise(delivery.job, leaseEpoch: delivery.leaseEpoch, delivery.alarms)
            } catch {
                report(error)
            }
        }
    }

    private func next() -> Delivery? {
        state.withLock { state in
            guard !state.waiting.isEmpty else {
                state.isUnderWay = false
                return nil
            }
            return state.waiting.removeFirst()
        }
    }
}
