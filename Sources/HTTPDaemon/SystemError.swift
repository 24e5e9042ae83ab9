import Glibc

/// A failed system call: which, on what, and its `errno`.
public struct SystemError: Error, Sendable, Equatable, CustomStringConvertible {
    public let call: String
    public let path: String
    public let code: Int32

    public init(call: String, path: String, code: Int32 = errno) {
        self.call = call
        self.path = path
        self.code = code
    }

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
