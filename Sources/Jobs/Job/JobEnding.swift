import Perceptron

/// What training brought.
public struct JobResult: Hashable, Sendable {
    /// The epoch that did best.
    public typealias Best = TrainingOutcome.Best

    /// Epochs completed.
    public var epochs: Int
    /// Final metrics on the training set.
    public var train: SetMetrics?
    /// Final metrics on the dev set, if there is one.
    public var dev: SetMetrics?
    /// Final metrics on the test set, if there is one.
    public var test: SetMetrics?
    /// The standard error of the loss on the dev set, over its examples; told for the trials of sweeps alone.
    public var devLossError: Double?
    /// Nil where there is nothing to compare.
    public var best: Best?
    /// Seconds in the training loop alone.
    public var trainingSeconds: Double
    /// How a client's row becomes the network's input, JSON text in UTF-8; nothing here reads it.
    public var inputEncoding: [UInt8]
    /// Whether there is a trained model to download.
    public var hasWeights: Bool

    /// A result.
    public init(
        epochs: Int, train: SetMetrics? = nil, dev: SetMetrics? = nil, test: SetMetrics? = nil,
        devLossError: Double? = nil, best: Best? = nil,
        trainingSeconds: Double, inputEncoding: [UInt8], hasWeights: Bool
    ) {
        self.epochs = epochs
        self.train = train
        self.dev = dev
        self.test = test
        self.devLossError = devLossError
        self.best = best
        self.trainingSeconds = trainingSeconds
        self.inputEncoding = inputEncoding
        self.hasWeights = hasWeights
    }
}

/// Why a job failed, in words for the client.
public struct JobFailure: Hashable, Sendable {
    /// A stable word for programs, such as `diverged`.
    public var code: String
    /// The kind of failure, the same for every job with this code.
    public var title: String
    /// What happened in this job and what to try.
    public var detail: String
    /// The epoch it happened in, counted from 1.
    public var epoch: Int?
    /// The step within that epoch, counted from 1.
    public var step: Int?

    /// A failure.
    public init(code: String, title: String, detail: String, epoch: Int? = nil, step: Int? = nil) {
        self.code = code
        self.title = title
        self.detail = detail
        self.epoch = epoch
        self.step = step
    }
}

/// How a job ended and what is kept of it.
public struct JobEnding: Sendable {
    /// The terminal statuses.
    public enum Status: String, CaseIterable, Sendable {
        case succeeded, failed, cancelled

        /// The same among all statuses.
        public var jobStatus: JobStatus {
            switch self {
            case .succeeded: .succeeded
            case .failed: .failed
            case .cancelled: .cancelled
            }
        }
    }

    /// The job's last status.
    public var status: Status
    /// Why training ended; nil when it never began.
    public var stopReason: StopReason?
    /// What training brought.
    public var result: JobResult?
    /// The trained network's bytes, if they are to be kept in the store.
    public var network: [UInt8]?
    /// The learning curve.
    public var history: [HistoryRow]
    /// All alarms of the attempt, those that are stored already among them.
    public var alarms: [JobAlarm]
    /// Why the job failed.
    public var failure: JobFailure?

    /// How a job ends that is cancelled while nobody trains it.
    package static let cancelled = JobEnding(.cancelled, stopReason: .cancelled)

    /// An ending.
    public init(
        _ status: Status, stopReason: StopReason? = nil, result: JobResult? = nil, network: [UInt8]? = nil,
        history: [HistoryRow] = [], alarms: [JobAlarm] = [], failure: JobFailure? = nil
    ) {
        self.status = status
        self.stopReason = stopReason
        self.result = result
        self.network = network
        self.history = history
        self.alarms = alarms
        self.failure = failure
    }
}

extension StopReason {
    /// How a job ends whose training ended so.
    var status: JobEnding.Status {
        switch self {
        case .completed, .earlyStopping, .timeLimit: .succeeded
        case .cancelled: .cancelled
        case .diverged, .alarm: .failed
        }
    }
}

/// What became of one attempt at a job.
public enum JobCompletion: Sendable {
    /// The job is over.
    case finished(JobEnding)
    /// The worker was told to stop for now; the job goes back to the queue.
    case interrupted
}
