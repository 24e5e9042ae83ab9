import CNettle

/// A running SHA-256.
package struct ContentHash {
    private var context = sha256_ctx()

    package init() { nettle_sha256_init(&context) }

    package mutating func update(_ bytes: UnsafeRawBufferPointer) {
        guard let base = bytes.baseAddress else { return }
        nettle_sha256_update(&context, bytes.count, base.assumingMemoryBound(to: UInt8.self))
    }

    /// The digest of everything so far, as 64 lower-case hexadecimal digits; the state starts anew.
    package mutating func finish() -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: digest().flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }

    /// The same as 32 bytes.
    package mutating func digest() -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: 32)
        nettle_sha256_digest(&context, digest.count, &digest)
        return digest
    }

    /// Whether `text` has the form of a digest; nothing else ever becomes part of a path.
    package static func isWellFormed(_ text: String) -> Bool {
        let bytes = text.utf8
        return bytes.count == 64 && bytes.allSatisfy { (48...57).contains($0) || (97...102).contains($0) }
    }

    /// The digest of `bytes`.
    package static func of(_ bytes: UnsafeRawBufferPointer) -> String {
        var hash = ContentHash()
        hash.update(bytes)
        return hash.finish()
    }

    /// The digest of `bytes`.
    package static func of(_ bytes: [UInt8]) -> String { bytes.withUnsafeBytes(of) }
}
