import Foundation

/// The listening socket that systemd, or whoever speaks its protocol, has opened for this process: sd_listen_fds(3).
enum InheritedSocket {
    /// Its descriptor; nil where there is none.
    static func descriptor() throws -> Int32? {
        let environment = ProcessInfo.processInfo.environment
        guard let process = environment["LISTEN_PID"], let count = environment["LISTEN_FDS"],
            Int32(process) == getpid()
        else { return nil }
        // Meant for this process alone.
        for name in ["LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"] { unsetenv(name) }
        switch Int(count) {
        case 0: return nil
        case 1: return first
        default: throw StartError("LISTEN_FDS is \(count); one socket can be listened on")
        }
    }

    private static let first: Int32 = 3
}
