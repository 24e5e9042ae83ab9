import Jobs

/// What one request may ask for; exceeding a limit is a clear problem, never a crash.
public struct ServiceLimits: Sendable {
    /// Bytes of a job's body.
    public var jobBytes: Int
    /// Bytes of an uploaded data set.
    public var datasetBytes: Int
    /// Jobs that may wait.
    public var queuedJobs: Int
    /// Jobs of one owner that may wait, those of sweeps aside.
    public var queuedJobsPerOwner: Int
    /// What a single job may take.
    public var jobs: JobLimits
    /// Numbers that one predictions request may come to: rows times inputs, one-hot encoded, and outputs. A short body
    /// can ask for a very large answer.
    public var predictionNumbers: Int
    /// Multiplications that the passes of one request for predictions with `monte_carlo` may come to.
    public var monteCarloWork: Double

    /// Jobs of one sweep.
    public var sweepJobs: Int
    /// Sweeps that may be unfinished.
    public var runningSweeps: Int
    /// Sweeps of one owner that may be unfinished.
    public var runningSweepsPerOwner: Int

    /// 64 MiB jobs, 1 GiB data sets, 100,000 queued jobs, 2²³ numbers a prediction and 5 · 10¹⁰
    /// multiplications of its dropout passes: some seconds; 100 sweeps. Of one owner 10,000 queued jobs and 20 sweeps.
    public init(
        jobBytes: Int = 64 << 20, datasetBytes: Int = 1 << 30, queuedJobs: Int = 100_000, jobs: JobLimits = JobLimits(),
        predictionNumbers: Int = 1 << 23, monteCarloWork: Double = 5e10, runningSweeps: Int = 100,
        sweepJobs: Int = SweepLimits.jobs.upperBound, queuedJobsPerOwner: Int = 10_000,
        runningSweepsPerOwner: Int = 20
    ) {
        self.jobBytes = jobBytes
        self.datasetBytes = datasetBytes
        self.queuedJobs = queuedJobs
        self.jobs = jobs
        self.predictionNumbers = predictionNumbers
        self.runningSweeps = runningSweeps
        self.sweepJobs = sweepJobs
        self.queuedJobsPerOwner = queuedJobsPerOwner
        self.runningSweepsPerOwner = runningSweepsPerOwner
        self.monteCarloWork = monteCarloWork
    }
}
