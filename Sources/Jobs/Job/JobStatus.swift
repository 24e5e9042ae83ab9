/// Where a job stands. A terminal status never changes.
///
///     queued ──► running ──► succeeded | failed | cancelled
///       │  ▲       │ │ ▲
///       │  └───────┘ │ (interrupted: back to the queue)
///       │            ▼
///       │        cancelling ──► cancelled | succeeded | failed
///       └──────────────────────► cancelled
public enum JobStatus: String, CaseIterable, Codable, Sendable {
    /// Waits for a worker.
    case queued
    /// A worker has it.
    case running
    /// A worker has it and has been asked to stop.
    case cancelling
    /// Trained; weights are there.
    case succeeded
    /// Ended by an error, divergence among them.
    case failed
    /// Ended by request; weights are there if training had begun.
    case cancelled

    /// Whether the status is final.
    public var isTerminal: Bool { JobStatus.successors[self] == nil }

    /// Whether a worker holds the job.
    public var isHeld: Bool { self == .running || self == .cancelling }

    /// Whether a job may go from this status to `next`.
    public func mayBecome(_ next: JobStatus) -> Bool { JobStatus.successors[self]?.contains(next) ?? false }

    /// A job that is being cancelled may still succeed or fail: the worker can be past its last step.
    private static let successors: [JobStatus: Set<JobStatus>] = [
        .queued: [.running, .cancelled],
        .running: [.queued, .cancelling, .succeeded, .failed, .cancelled],
        .cancelling: [.succeeded, .failed, .cancelled],
    ]
}
