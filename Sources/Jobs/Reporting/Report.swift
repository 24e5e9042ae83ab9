/// Something that the operator should know.
public struct Notice: Sendable {
    /// How much it matters.
    public enum Level: String, Sendable {
        case debug, info, warning, error
    }

    /// What a field holds, so that a number can be logged as one.
    public enum Value: Hashable, Sendable {
        case text(String)
        case integer(Int)
        case number(Double)
    }

    /// Names and values.
    public typealias Fields = [(name: String, value: Value)]

    /// How much it matters.
    public let level: Level
    /// What it is, in words.
    public let text: String
    /// What it is about, for programs that read logs.
    public let fields: Fields
}

extension JobEnding {
    /// How much the ending matters: a fault of the service is an error.
    package var noticeLevel: Notice.Level { failure?.code == "internal" ? .error : .info }

    /// How a notice tells of the ending.
    package var noticeFields: Notice.Fields {
        var fields: Notice.Fields = [("status", .text(status.rawValue))]
        if let stopReason { fields.append(("stop_reason", .text(stopReason.rawValue))) }
        if let result {
            fields.append(("epochs", .integer(result.epochs)))
            fields.append(("training_seconds", .number(result.trainingSeconds)))
        }
        if let failure { fields.append(("code", .text(failure.code))) }
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
    public func callAsFunction(_ text: String, level: Notice.Level = .error, _ fields: Notice.Fields = []) {
        take(Notice(level: level, text: text, fields: fields))
    }
}
