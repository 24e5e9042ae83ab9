import Glibc

/// Why the table folder could not do what was asked; nothing of this is the client's doing.
public enum StorageError: Error, Hashable, Sendable, CustomStringConvertible {
    /// No space left on the device, or the quota is used up.
    case diskFull
    /// The operating system refused `operation` with this errno.
    case io(operation: String, code: Int32)
    /// No table with this hash is stored.
    case notFound(hash: String)
    /// The file is there and is not a whole table.
    case damaged(hash: String, reason: String)

    /// The error of a system call that has just failed.
    static func last(_ operation: String) -> StorageError {
        let code = errno
        return code == ENOSPC || code == EDQUOT ? .diskFull : .io(operation: operation, code: code)
    }

    /// For logs.
    public var description: String {
        switch self {
        case .diskFull: "no space left for data sets"
        case .io(let operation, let code): "\(operation): \(String(cString: strerror(code)))"
        case .notFound(let hash): "no table \(hash)"
        case .damaged(let hash, let reason): "table \(hash) is damaged: \(reason)"
        }
    }
}
