import Jobs
import Metrics

extension TrainingService {
    /// Writes what the service knows: its jobs, its workers and its training.
    func writeMetrics(to text: inout MetricsText) {
        do {
            let counts = try store.counts()
            text.family("espalier_jobs", .gauge, "Jobs in each state.")
            for status in JobStatus.allCases { text.sample(counts[status] ?? 0, [("status", status.rawValue)]) }
            let oldest = try store.oldestQueued()
            text.single(
                "espalier_queue_oldest_seconds", .gauge,
                "How long the oldest queued job has waited; 0 for an empty queue.",
                oldest.map { max(0, clock().seconds(since: $0)) } ?? 0)
        } catch {
            // Who reads the metrics sees that these are missing; the store counts its errors itself.
            report("metrics of jobs cannot be read: \(error)", level: .warning)
        }
        text.family("espalier_recovered_jobs", .gauge, "Jobs that this process found begun, by what became of them.")
        for (outcome, count) in recovered.withLock({ $0 }) { text.sample(count, [("outcome", outcome)]) }
        text.single("espalier_workers", .gauge, "Jobs that may be trained at the same time.", pool.workers)
        text.single("espalier_workers_busy", .gauge, "Jobs that are trained now.", pool.runningCount)
        trainingMetrics.write(to: &text)
    }
}
