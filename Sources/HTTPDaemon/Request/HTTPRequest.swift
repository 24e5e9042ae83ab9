/// A whole request, as a handler gets it.
public struct HTTPRequest: Sendable {
    public let head: HTTPRequestHead
    public let body: HTTPRequestBody

    public init(head: HTTPRequestHead, body: HTTPRequestBody = .empty) {
        self.head = head
        self.body = body
    }
}

/// A request's body. It is held once: in memory or in a file, never both.
public enum HTTPRequestBody: Sendable {
    case empty
    case bytes([UInt8])
    case spooled(SpooledFile)

    /// The size in bytes.
    public var count: Int {
        switch self {
        case .empty: 0
        case .bytes(let bytes): bytes.count
        case .spooled(let file): file.length
        }
    }
}
