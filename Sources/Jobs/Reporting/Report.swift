/// Something that the operator should know.
public struct Notice: Sendable {
    /// How much it matters.
    public enum Level: String, Sendable {
        case debug, info, warning, error
    }

    /// How much it matters.
    public let level: Level
    /// What it is, in words.
    public let text: String
    /// What it is about, for programs that read logs: names and values.
    public let fields: [(name: String, value: String)]
}

extension JobEnding {
    /// How a notice tells of the ending.
    package var noticeFields: [(name: String, value: String)] {
        var fields = [("status", status.rawValue)]
        if let stopReason { fields.append(("stop_reason", stopReason.rawValue)) }
        if let result {
            fields.append(("epochs", String(result.epochs)))
            fields.append(("training_seconds", String(result.trainingSeconds)))
        }
        if let failure { fields.append(("code", failure.code)) }
        return fields
    }
}

/// Where notices go. Any thread may give one, and is not kept waiting.
public struct Report: Sendable {
    private let take: @Sendable (Notice) -> Void

    /// Notices go to `take`.
    public init(_ take: @escaping @Sendable (Notice) -> Void) { self.take = take }

    /// Nobody wants to know.
    public static let none = Report { _ in }

    /// Gives a notice; an error unless told otherwise.
    public func callAsFunction(
        _ text: String, level: Notice.Level = .error, _ fields: [(name: String, value: String)] = []
    ) {
        take(Notice(level: level, text: text, fields: fields))
    }
}
