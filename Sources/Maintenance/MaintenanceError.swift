import Glibc

/// Why a backup, or what is done with one, does not go on: in words for the operator.
public struct MaintenanceError: Error, CustomStringConvertible, Sendable {
    /// One sentence.
    public let description: String

    init(_ description: String) { self.description = description }

    /// The error of a system call that has just failed.
    static func last(_ operation: String) -> MaintenanceError {
        MaintenanceError("cannot \(operation): \(String(cString: strerror(errno)))")
    }
}
