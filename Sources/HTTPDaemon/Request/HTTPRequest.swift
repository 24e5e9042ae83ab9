/// A whole request, as a handler gets it.
public struct HTTPRequest: Sendable {
    /// Method, target and headers.
    public let head: HTTPRequestHead
    /// The whole body.
    public let body: HTTPRequestBody

    /// A request, without a body unless told otherwise.
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

    /// Gives `body` the whole content without copying it. The pointer is valid only inside.
    public func withUnsafeBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) throws -> Result {
        switch self {
        case .empty: try body(UnsafeRawBufferPointer(start: nil, count: 0))
        case .bytes(let bytes): try bytes.withUnsafeBytes(body)
        case .spooled(let file): try file.withUnsafeBytes(body)
        }
    }

    /// The size in bytes.
    public var count: Int {
        switch self {
        case .empty: 0
        case .bytes(let bytes): bytes.count
        case .spooled(let file): file.length
        }
    }
}
