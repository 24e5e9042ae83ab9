/// What one request may ask for; exceeding a limit is a clear problem, never a crash.
public struct ServiceLimits: Sendable {
    /// Bytes of a job's body.
    public var jobBytes: Int
    /// Bytes of an uploaded data set.
    public var datasetBytes: Int
    /// Jobs that may wait.
    public var queuedJobs: Int
    /// Bytes of memory that one job's parameters, gradients, moments and activations may take.
    public var jobMemory: Int
    /// Rows of one predictions request come from one body of at most `jobBytes`; this bounds what the answer holds.
    public var predictionRows: Int

    /// 64 MiB jobs, 1 GiB data sets, 100,000 queued jobs, 4 GiB of memory a job.
    public init(
        jobBytes: Int = 64 << 20, datasetBytes: Int = 1 << 30, queuedJobs: Int = 100_000, jobMemory: Int = 4 << 30,
        predictionRows: Int = 1_000_000
    ) {
        self.jobBytes = jobBytes
        self.datasetBytes = datasetBytes
        self.queuedJobs = queuedJobs
        self.jobMemory = jobMemory
        self.predictionRows = predictionRows
    }
}
