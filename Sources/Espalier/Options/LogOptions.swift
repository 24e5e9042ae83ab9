import ArgumentParser
import Logging
import OperatorLog

/// What is told on standard error, and how.
struct LogOptions: ParsableArguments {
    @Option(help: "Form of the log, a line each record: text or json.")
    var logFormat: LogFormat = Environment.choice("LOG_FORMAT") ?? .text

    @Option(help: "Least level that is logged: trace, debug, info, notice, warning, error or critical.")
    var logLevel: Logger.Level = Environment.choice("LOG_LEVEL") ?? .info

    @Option(help: "A line for every request: on or off.")
    var accessLog: Switch = Environment.choice("ACCESS_LOG") ?? .on

    func validate() throws {
        try Environment.require(LogFormat.self, "LOG_FORMAT")
        try Environment.require(Logger.Level.self, "LOG_LEVEL")
        try Environment.require(Switch.self, "ACCESS_LOG")
    }
}

/// On or off.
enum Switch: String, CaseIterable, ExpressibleByArgument {
    case on, off
}

extension LogFormat: ExpressibleByArgument {}
extension Logger.Level: @retroactive ExpressibleByArgument {}
