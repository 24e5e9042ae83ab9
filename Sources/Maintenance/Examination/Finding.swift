/// What one check found.
public struct Finding: Sendable, Equatable {
    /// How it stands.
    public enum Verdict: String, Sendable, CaseIterable {
        /// As it should be.
        case ok
        /// It works, and somebody should look at it.
        case warning
        /// It does not work, or will not.
        case failed
    }

    /// What was looked at.
    public let check: String
    /// How it stands.
    public let verdict: Verdict
    /// What was found, in one line.
    public let detail: String

    /// A finding.
    public init(_ check: String, _ verdict: Verdict, _ detail: String) {
        self.check = check
        self.verdict = verdict
        self.detail = detail
    }

    static func ok(_ check: String, _ detail: String) -> Finding { Finding(check, .ok, detail) }
    static func warning(_ check: String, _ detail: String) -> Finding { Finding(check, .warning, detail) }
    static func failed(_ check: String, _ detail: String) -> Finding { Finding(check, .failed, detail) }
}
