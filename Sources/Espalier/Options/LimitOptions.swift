import ArgumentParser

/// What one request, and all of them together, may ask for.
struct LimitOptions: ParsableArguments {
    @Option(help: "Largest body of a job, in bytes.")
    var maxJobBytes: Int = Environment.integer("MAX_JOB_BYTES") ?? 64 << 20

    @Option(help: "Largest data set that can be uploaded, in bytes.")
    var maxDatasetBytes: Int = Environment.integer("MAX_DATASET_BYTES") ?? 1 << 30

    @Option(help: "Most memory one job may need, in bytes.")
    var maxJobMemory: Int = Environment.integer("MAX_JOB_MEMORY") ?? 4 << 30

    @Option(help: "Most jobs that may wait in the queue.")
    var maxQueuedJobs: Int = Environment.integer("MAX_QUEUED_JOBS") ?? 100_000

    @Option(help: "Most jobs of one owner that may wait in the queue, those of sweeps aside.")
    var maxQueuedJobsPerOwner: Int = Environment.integer("MAX_QUEUED_JOBS_PER_OWNER") ?? 10_000

    @Option(help: "Most sweeps of one owner that may be under way.")
    var maxSweepsPerOwner: Int = Environment.integer("MAX_SWEEPS_PER_OWNER") ?? 20

    func validate() throws {
        for (name, value) in [
            ("--max-job-bytes", maxJobBytes), ("--max-dataset-bytes", maxDatasetBytes),
            ("--max-job-memory", maxJobMemory), ("--max-queued-jobs", maxQueuedJobs),
            ("--max-queued-jobs-per-owner", maxQueuedJobsPerOwner), ("--max-sweeps-per-owner", maxSweepsPerOwner),
        ] where value < 1 {
            throw ValidationError("\(name) must be a number from 1.")
        }
    }
}
