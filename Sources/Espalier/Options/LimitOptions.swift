import ArgumentParser
import Datasets
import Jobs

/// What one request, and all of them together, may ask for.
struct LimitOptions: ParsableArguments {
    @Option(help: "Largest body of a job, in bytes.")
    var maxJobBytes: Int = Environment.integer("MAX_JOB_BYTES") ?? 64 << 20

    @Option(help: "Largest data set that can be uploaded, in bytes.")
    var maxDatasetBytes: Int = Environment.integer("MAX_DATASET_BYTES") ?? 1 << 30

    @Option(help: "How deep arrays and objects of JSON may nest.")
    var maxJSONDepth: Int = Environment.integer("MAX_JSON_DEPTH") ?? DatasetLimits().jsonDepth

    @Option(help: "Most rows of a data set.")
    var maxRows: Int = Environment.integer("MAX_ROWS") ?? DatasetLimits().rows

    @Option(help: "Most columns of a data set.")
    var maxColumns: Int = Environment.integer("MAX_COLUMNS") ?? DatasetLimits().columns

    @Option(help: "Most rows times columns of a data set.")
    var maxCells: Int = Environment.integer("MAX_CELLS") ?? DatasetLimits().cells

    @Option(help: "Most memory one job may need, in bytes.")
    var maxJobMemory: Int = Environment.integer("MAX_JOB_MEMORY") ?? JobLimits().memory

    @Option(help: "Most weights and biases of a network.")
    var maxParameters: Int = Environment.integer("MAX_PARAMETERS") ?? JobLimits().parameters

    @Option(help: "Most hidden layers of a network.")
    var maxHiddenLayers: Int = Environment.integer("MAX_HIDDEN_LAYERS") ?? JobLimits.most.hiddenLayers

    @Option(help: "Most units of a hidden layer.")
    var maxUnits: Int = Environment.integer("MAX_UNITS") ?? JobLimits.most.units

    @Option(help: "Most epochs of a job.")
    var maxEpochs: Int = Environment.integer("MAX_EPOCHS") ?? JobLimits.most.epochs

    @Option(help: "Most seconds a job may train, and what one gets that does not say; 0 for no limit.")
    var maxJobSeconds: Double = Environment.number("MAX_JOB_SECONDS") ?? 0

    @Option(help: "Most threads of a job.")
    var maxJobThreads: Int = Environment.integer("MAX_JOB_THREADS") ?? JobLimits.most.threads

    @Option(help: "Most rows of a job's history.")
    var maxHistoryRows: Int = Environment.integer("MAX_HISTORY_ROWS") ?? JobLimits.most.historyRows

    @Option(help: "Most jobs of a sweep.")
    var maxSweepJobs: Int = Environment.integer("MAX_SWEEP_JOBS") ?? SweepLimits.jobs.upperBound

    @Option(help: "Most sweeps that may run at a time.")
    var maxRunningSweeps: Int = Environment.integer("MAX_RUNNING_SWEEPS") ?? 100

    @Option(help: "Most jobs that may wait in the queue.")
    var maxQueuedJobs: Int = Environment.integer("MAX_QUEUED_JOBS") ?? 100_000

    @Option(help: "Most jobs of one owner that may wait in the queue, those of sweeps aside.")
    var maxQueuedJobsPerOwner: Int = Environment.integer("MAX_QUEUED_JOBS_PER_OWNER") ?? 10_000

    @Option(help: "Most sweeps of one owner that may be under way.")
    var maxSweepsPerOwner: Int = Environment.integer("MAX_SWEEPS_PER_OWNER") ?? 20

    @Option(help: "Bytes of the disk to be kept free: below, jobs and data sets are refused; 0 for no such check.")
    var minFreeDisk: Int = Environment.integer("MIN_FREE_DISK") ?? 256 << 20

    /// What one job may take.
    var jobs: JobLimits {
        JobLimits(
            memory: maxJobMemory, parameters: maxParameters, epochs: maxEpochs,
            seconds: maxJobSeconds > 0 ? maxJobSeconds : nil, threads: maxJobThreads, historyRows: maxHistoryRows,
            hiddenLayers: maxHiddenLayers, units: maxUnits)
    }

    /// How large data may be.
    var data: DatasetLimits {
        var limits = DatasetLimits()
        limits.rows = maxRows
        limits.columns = maxColumns
        limits.cells = maxCells
        limits.jsonDepth = maxJSONDepth
        return limits
    }

    func validate() throws {
        let rules: [(name: String, value: Int, range: ClosedRange<Int>)] = [
            ("--max-job-bytes", maxJobBytes, 1...Int.max), ("--max-dataset-bytes", maxDatasetBytes, 1...Int.max),
            ("--max-json-depth", maxJSONDepth, 16...DatasetLimits().jsonDepth),
            ("--max-rows", maxRows, 1...DatasetLimits().rows),
            ("--max-columns", maxColumns, 2...DatasetLimits().columns),
            ("--max-cells", maxCells, 2...DatasetLimits().cells), ("--max-job-memory", maxJobMemory, 1...Int.max),
            ("--max-parameters", maxParameters, 1...Int.max),
            ("--max-hidden-layers", maxHiddenLayers, 0...JobLimits.most.hiddenLayers),
            ("--max-units", maxUnits, 1...JobLimits.most.units), ("--max-epochs", maxEpochs, 1...JobLimits.most.epochs),
            ("--max-job-threads", maxJobThreads, 1...JobLimits.most.threads),
            ("--max-history-rows", maxHistoryRows, 2...JobLimits.most.historyRows),
            ("--max-sweep-jobs", maxSweepJobs, SweepLimits.jobs),
            ("--max-running-sweeps", maxRunningSweeps, 1...Int.max),
            ("--max-queued-jobs", maxQueuedJobs, 1...Int.max),
            ("--max-queued-jobs-per-owner", maxQueuedJobsPerOwner, 1...Int.max),
            ("--max-sweeps-per-owner", maxSweepsPerOwner, 1...Int.max), ("--min-free-disk", minFreeDisk, 0...Int.max),
        ]
        for (name, value, range) in rules where !range.contains(value) {
            let most = range.upperBound == .max ? "" : " to \(range.upperBound)"
            throw ValidationError("\(name) must be a number from \(range.lowerBound)\(most).")
        }
        guard maxJobSeconds >= 0, maxJobSeconds.isFinite else {
            throw ValidationError("--max-job-seconds must be a number from 0.")
        }
    }
}
