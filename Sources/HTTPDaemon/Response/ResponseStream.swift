/// A body made while it is sent, so that it need never exist as a whole.
public struct ResponseStream: Sendable {
    /// What one call of a reader did. A body that is pushed, as events are, would add a case here for "nothing yet":
    /// the connection is suspended then, and resumed when there is more.
    public enum Step: Sendable {
        /// So many bytes, at least one, are in the buffer.
        case filled(Int)
        case end
        /// The body cannot be finished; the connection is cut so that the client notices.
        case failed
    }

    /// Fills the buffer, which is never empty. It runs on the connection's thread and must not block.
    public typealias Reader = (UnsafeMutableRawBufferPointer) -> Step

    /// The size in bytes where it is known; otherwise the body is sent in chunks.
    public let length: Int?
    package let makeReader: @Sendable () -> Reader

    /// - Parameter makeReader: called once per response sent, and not for `HEAD`.
    public init(length: Int? = nil, makeReader: @escaping @Sendable () -> Reader) {
        self.length = length
        self.makeReader = makeReader
    }

    /// The same bytes as `.bytes`, copied out block by block instead of once more as a whole.
    init(_ bytes: [UInt8]) {
        self.init(length: bytes.count) {
            var sent = 0
            return { buffer in
                let count = min(buffer.count, bytes.count - sent)
                if count == 0 { return .end }
                bytes.withUnsafeBytes { source in
                    buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: source[sent..<sent + count]))
                }
                sent += count
                return .filled(count)
            }
        }
    }
}
