import Glibc
import Metrics

/// The fsyncs of files and folders, counted for the whole process.
public enum FileSync {
    private static let durations = Histogram(Histogram.diskBounds)
    private static let errors = Counter()

    /// fsync(2); false where it failed, with the reason in `errno`.
    static func sync(_ descriptor: Int32) -> Bool {
        let began = ContinuousClock.now
        guard fsync(descriptor) == 0 else {
            let reason = errno
            errors.add()
            errno = reason
            return false
        }
        durations.observe(ContinuousClock.now - began)
        return true
    }

    /// Writes the families.
    public static func write(to text: inout MetricsText) {
        text.single(
            "espalier_file_fsync_duration_seconds",
            "What fsyncs of data files and folders took; those of the store are in its commits.", durations.reading)
        text.single(
            "espalier_file_fsync_errors_total", .counter, "Failed fsyncs of data files and folders.", errors.value)
    }
}
