/// A body made while it is sent, so that it need never exist as a whole.
public struct ResponseStream: Sendable {
    /// What one call of a reader did.
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
    let live: Live?
    /// Whether it is made on the heavy threads.
    let isProduced: Bool

    /// A body that is pushed.
    struct Live: Sendable {
        let capacity: Int
        let start: @Sendable (LiveSource) -> Void
    }

    /// - Parameter makeReader: called once per response sent, and not for `HEAD`.
    public init(length: Int? = nil, makeReader: @escaping @Sendable () -> Reader) {
        self.init(length: length, isProduced: false, makeReader)
    }

    private init(length: Int?, isProduced: Bool, _ makeReader: @escaping @Sendable () -> Reader) {
        self.length = length
        self.isProduced = isProduced
        self.makeReader = makeReader
        live = nil
    }

    /// A body that takes time to make. Its reader runs on the daemon's heavy threads, one call at a time, and stays some
    /// 100 kB ahead of the client; meanwhile the connection is suspended where it has nothing to send.
    public static func produced(
        length: Int? = nil, makeReader: @escaping @Sendable () -> Reader
    ) -> ResponseStream {
        ResponseStream(length: length, isProduced: true, makeReader)
    }

    private init(live: Live) {
        length = nil
        isProduced = false
        makeReader = { { _ in .failed } }
        self.live = live
    }

    /// A body that is sent piece by piece as things happen.
    /// - Parameters:
    ///   - capacity: bytes that may wait for a slow client before it is cut off.
    ///   - start: called once per response sent, on the connection's thread, and not for `HEAD`. It must not block.
    public static func live(
        capacity: Int = 1 << 20, start: @escaping @Sendable (LiveSource) -> Void
    ) -> ResponseStream {
        ResponseStream(live: Live(capacity: capacity, start: start))
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
