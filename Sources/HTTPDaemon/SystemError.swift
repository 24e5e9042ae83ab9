import Glibc

/// A failed system call: which, on what, and its `errno`.
public struct SystemError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The call, such as `open`.
    public let call: String
    /// What it was made on; may be empty.
    public let path: String
    /// Its `errno`.
    public let code: Int32

    /// A failure; `errno`'s by default.
    public init(call: String, path: String, code: Int32 = errno) {
        self.call = call
        self.path = path
        self.code = code
    }

    /// Call, path and reason, for logs.
    public var description: String {
        "\(path.isEmpty ? call : call + " " + path): \(String(cString: strerror(code)))"
    }
}

/// Repeats a call that a signal interrupted.
func retryingInterrupted<Value: SignedInteger>(_ call: () -> Value) -> Value {
    while true {
        let value = call()
        if value != -1 || errno != EINTR { return value }
    }
}
