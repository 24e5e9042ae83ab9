import Glibc
import Jobs

/// Lines for the operator on standard error: time, level, text.
enum Log {
    static func info(_ text: String) { line("info", text) }

    static func warning(_ text: String) { line("warning", text) }

    static func error(_ text: String) { line("error", text) }

    private static func line(_ level: String, _ text: String) {
        let bytes = Array("\(Timestamp.now()) \(level) \(text)\n".utf8)
        // One write a line keeps the lines of several threads apart. There is nowhere to report a failure to.
        _ = bytes.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }
}
