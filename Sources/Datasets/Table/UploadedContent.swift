import Glibc
import Hashing

/// The content of an upload while it is read from its start to its end: what has been read is hashed while it is in the
/// cache, and its pages are given back, so that little of it is in memory at a time.
public final class UploadedContent {
    /// All of it.
    public let bytes: UnsafeRawBufferPointer
    private var hash = ContentHash()
    private var hashed = 0
    private var released = 0

    /// Bytes between two looks at how far the reader is.
    static let step = 1 << 19

    private let isMapped: Bool

    /// - Parameter isMapped: whether `bytes` are a file mapped read-only from its start, whose pages can be given back
    ///   because they are read again when needed. Of anything else they would be lost.
    public init(_ bytes: UnsafeRawBufferPointer, isMapped: Bool) {
        self.bytes = bytes
        self.isMapped = isMapped
    }

    /// Hears that everything before `offset` has been read. Going back is allowed.
    func advance(to offset: Int) {
        while hashed < offset {
            let end = min(hashed + UploadedContent.step, offset)
            hash.update(UnsafeRawBufferPointer(rebasing: bytes[hashed..<end]))
            hashed = end
            if end < offset { release(before: end) }
        }
        release(before: offset)
    }

    /// SHA-256 of the whole content, as 64 lower-case hexadecimal digits; to be asked for once, after the last read.
    public func sha256() -> String {
        advance(to: bytes.count)
        return hash.finish()
    }

    /// Gives back all pages, wherever the reader is.
    func releaseAll() {
        released = 0
        release(before: bytes.count)
    }

    private func release(before offset: Int) {
        let page = Int(sysconf(Int32(_SC_PAGESIZE)))
        let end = offset / page * page
        if end < released { released = 0 }
        guard isMapped, end > released, let start = bytes.baseAddress else { return }
        // Only a hint about memory: refused, it changes nothing but how much is resident.
        madvise(UnsafeMutableRawPointer(mutating: start) + released, end - released, MADV_DONTNEED)
        released = end
    }
}

/// Tells an `UploadedContent`, if there is one, how far a reader of it has come.
struct ReadingPace {
    private let content: UploadedContent?
    private let start: UInt
    private var mark: UInt

    init(_ content: UploadedContent?) {
        self.content = content
        start = UInt(bitPattern: content?.bytes.baseAddress)
        mark = content == nil ? .max : start
    }

    /// Everything before `cursor` has been read.
    @inline(__always)
    mutating func passed(_ cursor: UnsafePointer<UInt8>) {
        if UInt(bitPattern: cursor) >= mark { tell(cursor) }
    }

    @inline(never)
    private mutating func tell(_ cursor: UnsafePointer<UInt8>) {
        content?.advance(to: Int(UInt(bitPattern: cursor) - start))
        mark = UInt(bitPattern: cursor) + UInt(UploadedContent.step)
    }
}
