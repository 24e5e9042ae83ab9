import Perceptron

/// A training job as the store knows it: what was asked, where it stands, how it ended.
public struct Job: Sendable {
    /// The job's name in the API.
    public let id: JobID
    /// The client's own name for it.
    public let name: String?
    /// Whose job it is; nil for everyone's.
    public let owner: String?
    /// When it was submitted.
    public let createdAt: Timestamp
    /// The resolved settings, JSON text in UTF-8; nothing here reads it.
    public let settings: [UInt8]
    /// The data, by its name in the content-addressed table store.
    public let tableHash: String
    /// Starting weights given by the client, by their name in the content-addressed store.
    public let initialWeightsHash: String?
    /// Trainable numbers of the network.
    public let parameterCount: Int
    /// Epochs asked for.
    public let epochs: Int
    /// The sweep that the job is a part of.
    public let sweep: SweepMembership?
    /// The request that it came with, or its sweep did.
    public let origin: RequestOrigin?

    /// Where it stands.
    public package(set) var status: JobStatus = .queued
    /// When the current or last attempt began.
    public package(set) var startedAt: Timestamp?
    /// When it reached a terminal status.
    public package(set) var finishedAt: Timestamp?
    /// Why training ended.
    public package(set) var stopReason: StopReason?
    /// Starts that were not handed back in order: a crash leaves its attempt counted, a graceful interruption does not.
    public package(set) var attempts: Int = 0
    /// Rises with every start; what a worker writes must name the epoch it started with.
    public package(set) var leaseEpoch: Int = 0
    /// What training brought, when it got so far.
    public package(set) var result: JobResult?
    /// Why the job failed.
    public package(set) var failure: JobFailure?
    /// The alarms so far, oldest first; each kind once a layer.
    public package(set) var alarms: [Alarm] = []
    /// The number of the last event.
    public package(set) var lastEvent: Int = 0

    /// A job as it is when submitted.
    package init(_ submission: JobSubmission, createdAt: Timestamp) {
        id = submission.id
        name = submission.name
        owner = submission.owner
        settings = submission.settings
        tableHash = submission.tableHash
        initialWeightsHash = submission.initialWeightsHash
        parameterCount = submission.parameterCount
        epochs = submission.epochs
        sweep = submission.sweep
        origin = submission.origin
        self.createdAt = createdAt
    }
}

/// What is needed to queue a job.
public struct JobSubmission: Sendable {
    /// The job's name in the API.
    public var id: JobID
    /// The client's own name for it.
    public var name: String?
    /// Whose job it is; nil for everyone's.
    public var owner: String?
    /// The resolved settings, JSON text in UTF-8.
    public var settings: [UInt8]
    /// The data, by its name in the content-addressed table store.
    public var tableHash: String
    /// Starting weights given by the client, by their name in the content-addressed store.
    public var initialWeightsHash: String?
    /// Trainable numbers of the network.
    public var parameterCount: Int
    /// Epochs asked for.
    public var epochs: Int
    /// The sweep that the job is a part of.
    public var sweep: SweepMembership?
    /// What of data and starting weights is to be kept in the store together with the job.
    public var contents: [StoredContent]
    /// How many jobs may wait for this one to be taken.
    public var limits = AdmissionLimits()
    /// What tells a repetition of the client's request from a new one; nil if the client does not mind.
    public var identity: RequestIdentity?
    /// The request that it came with, or its sweep did.
    public var origin: RequestOrigin?

    /// A submission under a new random id, unless one is given.
    public init(
        id: JobID = .random(), name: String? = nil, owner: String? = nil, settings: [UInt8], tableHash: String,
        initialWeightsHash: String? = nil, parameterCount: Int, epochs: Int,
        sweep: SweepMembership? = nil, contents: [StoredContent] = [], identity: RequestIdentity? = nil,
        origin: RequestOrigin? = nil
    ) {
        self.id = id
        self.name = name
        self.owner = owner
        self.settings = settings
        self.tableHash = tableHash
        self.initialWeightsHash = initialWeightsHash
        self.parameterCount = parameterCount
        self.epochs = epochs
        self.sweep = sweep
        self.contents = contents
        self.identity = identity
        self.origin = origin
    }
}
