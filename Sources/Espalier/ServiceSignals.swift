import Glibc

/// The end of a pipe that the signal handler writes to: a handler may do little else.
// Written once, before the handler that reads it is installed.
private nonisolated(unsafe) var signalPipe: Int32 = -1

private func noteSignal(_ signal: Int32) {
    var byte = UInt8(truncatingIfNeeded: signal)
    let error = errno
    _ = write(signalPipe, &byte, 1)
    errno = error
}

/// What an operator tells the server by a signal.
enum ServiceSignal {
    /// SIGTERM or SIGINT, by its name.
    case stop(String)
    /// SIGHUP.
    case reload
}

/// The signals as something to wait for, whichever thread of the process they reach.
struct ServiceSignals {
    private let reading: Int32

    /// Takes the signals over.
    init() throws {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw StartError("no pipe for signals: \(String(cString: strerror(errno)))") }
        reading = ends[0]
        signalPipe = ends[1]
        var action = sigaction()
        action.__sigaction_handler.sa_handler = noteSignal
        action.sa_flags = SA_RESTART
        for signal in [SIGTERM, SIGINT, SIGHUP] { sigaction(signal, &action, nil) }
    }

    /// Blocks until one arrives.
    func wait() -> ServiceSignal {
        var byte: UInt8 = 0
        while read(reading, &byte, 1) != 1 {}
        switch Int32(byte) {
        case SIGHUP: return .reload
        case SIGINT: return .stop("SIGINT")
        default: return .stop("SIGTERM")
        }
    }
}

/// Why the server does not start, in words for the operator.
struct StartError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
