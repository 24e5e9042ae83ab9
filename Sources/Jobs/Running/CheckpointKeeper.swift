import Datasets
import Perceptron

/// Keeps one attempt's checkpoints. Training writes a file's bytes; a thread of its own waits for the disk. While it does,
/// no other file is begun.
package final class CheckpointKeeper: Sendable {
    private struct State {
        var waiting: CheckpointFile?
        var isBusy = false
        var isEnded = false
        var thread: WorkerThread?
        var number: UInt64
        var hasProgressed = false

        /// The number of the file to be begun; nil while another one is on its way.
        mutating func begin() -> UInt64? {
            guard !isBusy else { return nil }
            isBusy = true
            return number + 1
        }
    }

    private let archive: CheckpointArchive
    private let job: Job
    private let progressed: @Sendable () -> Void
    private let report: Report
    private let metrics: TrainingMetrics
    private let state: Guarded<State>

    /// - Parameters:
    ///   - number: that of the checkpoint the attempt went on from, 0 without.
    ///   - progressed: called once, when the attempt has left a checkpoint.
    package init(
        _ archive: CheckpointArchive, of job: Job, after number: UInt64, progressed: @escaping @Sendable () -> Void,
        report: Report, metrics: TrainingMetrics
    ) {
        self.archive = archive
        self.job = job
        self.progressed = progressed
        self.report = report
        self.metrics = metrics
        state = Guarded(State(number: number))
    }

    /// Takes what training saves. While the one before is on its way to the disk it is left out, unless it `isLast`: then
    /// training waits.
    package func save(_ history: [HistoryRow], isLast: Bool, _ write: (@escaping Checkpointing.Output) -> Void) {
        let number = isLast ? state.wait(for: .turn) { $0.begin() } : state.withLock { $0.begin() }
        guard let number else { return }
        do {
            let file = try archive.written(number, of: job, history: history, write)
            try startThread()
            state.withLock { state in
                state.number = number
                state.waiting = file
            }
            state.ring(.work)
        } catch {
            state.withLock { $0.isBusy = false }
            metrics.checkpointErrors.add()
            report("no checkpoint: \(error)", job.noticeFields)
        }
    }

    /// Returns when what was saved is on disk.
    package func end() {
        let thread = state.withLock { state in
            state.isEnded = true
            defer { state.thread = nil }
            return state.thread
        }
        state.ring(.work)
        thread?.join()
    }

    private func startThread() throws(ThreadError) {
        guard state.withLock({ $0.thread == nil }) else { return }
        let thread = try WorkerThread(stackSize: 1 << 20) { self.work() }
        state.withLock { $0.thread = thread }
    }

    private func work() {
        while let file = next() {
            do {
                try file.commit()
                metrics.noteCheckpoint(bytes: file.length, took: file.age)
                let isFirst = state.withLock { state in
                    defer { state.hasProgressed = true }
                    return !state.hasProgressed
                }
                if isFirst { progressed() }
            } catch {
                metrics.checkpointErrors.add()
                report("no checkpoint: \(error)", job.noticeFields)
            }
            state.withLock { $0.isBusy = false }
            state.ring(.turn)
        }
    }

    /// The next file; nil at the end.
    private func next() -> CheckpointFile? {
        let found: CheckpointFile?? = state.wait(for: .work) { state in
            if let file = state.waiting {
                state.waiting = nil
                return .some(file)
            }
            return state.isEnded ? .some(nil) : nil
        }
        return found ?? nil
    }
}
