/// A sweep as the store knows it: what was asked, what is tried, how it ended. How far it is, its jobs tell.
public struct Sweep: Sendable {
    /// The sweep's name in the API.
    public let id: SweepID
    /// The client's own name for it.
    public let name: String?
    /// Whose sweep it is; nil for everyone's.
    public let owner: String?
    /// When it was submitted, and began.
    public let createdAt: Timestamp
    /// The data, by its name in the content-addressed table store.
    public let tableHash: String
    /// A `SweepSpecification`, JSON text in UTF-8; no store reads it.
    public let specification: [UInt8]
    /// The request that it came with.
    public let origin: RequestOrigin?

    /// The trials as far as they are decided: their values as `TrialValues` writes them; no store reads it.
    public package(set) var trials: [UInt8]
    /// Where it stands.
    public package(set) var status: SweepStatus = .running
    /// Why no more trials are run although some are left.
    public package(set) var searchEnd: SearchEnd?
    /// When it reached a terminal status.
    public package(set) var finishedAt: Timestamp?
    /// Why it failed.
    public package(set) var failure: JobFailure?

    /// A sweep as it is when submitted.
    package init(_ submission: SweepSubmission, createdAt: Timestamp) {
        id = submission.id
        name = submission.name
        owner = submission.owner
        tableHash = submission.tableHash
        specification = submission.specification
        trials = submission.trials
        origin = submission.origin
        self.createdAt = createdAt
    }
}

/// Where a sweep stands. A terminal status never changes.
public enum SweepStatus: String, CaseIterable, Codable, Sendable {
    /// Trials or the final job are run.
    case running
    /// It was asked to stop, and some job of it has still to notice.
    case cancelling
    /// The final model is there.
    case succeeded
    /// There is no final model.
    case failed
    /// Ended by request.
    case cancelled

    /// Whether the status is final.
    public var isTerminal: Bool { self != .running && self != .cancelling }
}

/// Why a search ended before its last trial.
public enum SearchEnd: String, CaseIterable, Codable, Sendable {
    /// `max_seconds` were over.
    case timeLimit = "time_limit"
}

/// What is needed to begin a sweep.
public struct SweepSubmission: Sendable {
    /// The sweep's name in the API.
    public var id: SweepID
    /// The client's own name for it.
    public var name: String?
    /// Whose sweep it is; nil for everyone's.
    public var owner: String?
    /// The data, by its name in the content-addressed table store.
    public var tableHash: String
    /// A `SweepSpecification`, JSON text in UTF-8.
    public var specification: [UInt8]
    /// The trials known from the beginning, as `TrialValues` writes them.
    public var trials: [UInt8]
    /// What of the data is to be kept in the store together with the sweep.
    public var contents: [StoredContent]
    /// How many sweeps may run for this one to be taken.
    public var limits = AdmissionLimits()
    /// The request it came with, where the client gave it a key.
    public var identity: RequestIdentity?
    /// The request it came with, by its names.
    public var origin: RequestOrigin?

    /// A submission under a new random id, unless one is given.
    public init(
        id: SweepID = .random(), name: String? = nil, owner: String? = nil, tableHash: String, specification: [UInt8],
        trials: [UInt8], contents: [StoredContent] = [], identity: RequestIdentity? = nil,
        origin: RequestOrigin? = nil
    ) {
        self.id = id
        self.name = name
        self.owner = owner
        self.tableHash = tableHash
        self.specification = specification
        self.trials = trials
        self.contents = contents
        self.identity = identity
        self.origin = origin
    }
}

/// How a sweep ended.
public enum SweepEnding: Hashable, Sendable {
    /// With a final model.
    case succeeded
    /// Without one, for this reason.
    case failed(JobFailure)
    /// By request.
    case cancelled
}

/// The status machine. Each step changes the sweep in memory and tells whether it applied; every store goes through
/// these.
extension Sweep {
    /// More trials, while it runs.
    package mutating func extend(trials: [UInt8]) -> Bool {
        guard status == .running, searchEnd == nil else { return false }
        self.trials = trials
        return true
    }

    /// No more trials, while it runs.
    package mutating func endSearch(_ end: SearchEnd) -> Bool {
        guard status == .running, searchEnd == nil else { return false }
        searchEnd = end
        return true
    }

    /// running → cancelling.
    package mutating func requestCancel() -> Bool {
        guard status == .running else { return false }
        status = .cancelling
        return true
    }

    /// running or cancelling → terminal; one that is being cancelled can only become cancelled.
    package mutating func finish(_ ending: SweepEnding, at now: Timestamp) -> Bool {
        guard !status.isTerminal, status == .running || ending == .cancelled else { return false }
        switch ending {
        case .succeeded: status = .succeeded
        case .failed(let reason):
            status = .failed
            failure = reason
        case .cancelled: status = .cancelled
        }
        finishedAt = now
        return true
    }
}
