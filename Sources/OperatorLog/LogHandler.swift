import Jobs
import Logging

/// The back end of swift-log: records become lines of a `LogOutput`.
public struct LineLogHandler: LogHandler {
    /// Fields of every record of this logger.
    public var metadata: Logger.Metadata = [:]
    /// Fields that are asked for anew with every record.
    public var metadataProvider: Logger.MetadataProvider?
    /// Records below it are left out.
    public var logLevel: Logger.Level
    private let output: LogOutput

    /// A handler that writes to `output`.
    public init(level: Logger.Level, output: LogOutput) {
        self.output = output
        logLevel = level
    }

    /// One of the fields of every record.
    public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    /// Writes one record.
    public func log(event: LogEvent) {
        var fields = metadata
        if let provided = metadataProvider?.get() { fields.merge(provided) { $1 } }
        if let own = event.metadata { fields.merge(own) { $1 } }
        if let error = event.error { fields["error"] = "\(error)" }
        var line = LogLine(output.format, at: .now(), level: event.level.rawValue, message: "\(event.message)")
        for (name, value) in fields.sorted(by: { $0.key < $1.key }) {
            switch value {
            case .stringConvertible(let number as Int): line.add(name, number)
            case .stringConvertible(let number as Double): line.add(name, number)
            default: line.add(name, "\(value)")
            }
        }
        output.append(line.finish(), isUrgent: true)
    }
}

extension Report {
    /// Notices become records of `logger`.
    public init(to logger: Logger) {
        self.init { notice in
            let level: Logger.Level =
                switch notice.level {
                case .debug: .debug
                case .info: .info
                case .warning: .warning
                case .error: .error
                }
            guard level >= logger.logLevel else { return }
            logger.log(
                level: level, "\(notice.text)",
                metadata: Dictionary(
                    notice.fields.map { ($0.name, Logger.MetadataValue($0.value)) }, uniquingKeysWith: { $1 }))
        }
    }
}

extension Logger.MetadataValue {
    fileprivate init(_ value: Notice.Value) {
        switch value {
        case .text(let text): self = .string(text)
        case .integer(let number): self = .stringConvertible(number)
        case .number(let number): self = .stringConvertible(number)
        }
    }
}
