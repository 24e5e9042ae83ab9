import Hashing

/// SHA-256 of a key. The secret has 160 random bits, so that nobody can try them all, and a slow hash would protect nothing more.
/// There is no `==`: hashes are compared in a time that does not depend on them.
public struct KeyHash: Sendable {
    private let words: (UInt64, UInt64, UInt64, UInt64)

    init(of text: String) {
        var hash = ContentHash()
        var text = text
        text.withUTF8 { hash.update(UnsafeRawBufferPointer($0)) }
        words = hash.digest().withUnsafeBytes(KeyHash.words)
    }

    /// A hash that was stored; nil unless it has 32 bytes.
    public init?(bytes: [UInt8]) {
        guard bytes.count == 32 else { return nil }
        words = bytes.withUnsafeBytes(KeyHash.words)
    }

    /// Its 32 bytes, to be stored.
    public var bytes: [UInt8] { withUnsafeBytes(of: words) { Array($0) } }

    /// Whether both are the same.
    public func matches(_ other: KeyHash) -> Bool {
        let (mine, others) = (words, other.words)
        return (mine.0 ^ others.0) | (mine.1 ^ others.1) | (mine.2 ^ others.2) | (mine.3 ^ others.3) == 0
    }

    private static func words(_ bytes: UnsafeRawBufferPointer) -> (UInt64, UInt64, UInt64, UInt64) {
        bytes.loadUnaligned(as: (UInt64, UInt64, UInt64, UInt64).self)
    }
}
