import Metrics

/// What is counted of the store.
public final class StoreMetrics: Sendable {
    /// COMMITs, each with the fsync that makes it durable.
    let commits = Histogram(Histogram.diskBounds)
    let writes = Counter()
    let errors = Counter()

    init() {}

    func noteCommit(of count: Int, took duration: Duration) {
        commits.observe(duration)
        writes.add(count)
    }

    /// Writes the families.
    public func write(to text: inout MetricsText) {
        text.single(
            "espalier_store_commit_duration_seconds", "What a commit took, and so its fsync.", commits.reading)
        text.single(
            "espalier_store_writes_total", .counter, "Writes that were committed; some share a commit.", writes.value)
        text.single(
            "espalier_store_errors_total", .counter, "Reads and writes that the database refused.", errors.value)
    }
}
