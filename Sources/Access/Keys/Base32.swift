/// Crockford's base 32 in lowercase: digits and letters that are not taken for one another.
enum Base32 {
    private static let alphabet = Array("0123456789abcdefghjkmnpqrstvwxyz".utf8)
    private static let isInAlphabet = (0...UInt8.max).map { alphabet.contains($0) }

    /// Random characters of five bits each, from the system's secure random numbers.
    static func random(count: Int) -> String {
        var generator = SystemRandomNumberGenerator()
        return text(of: (0..<count).map { _ in UInt8.random(in: 0...31, using: &generator) })
    }

    /// As many characters as asked for, from the low five bits of each byte.
    static func characters(of bytes: [UInt8], count: Int) -> String { text(of: bytes.prefix(count).map { $0 & 31 }) }

    /// Whether all bytes are characters of it.
    static func isLegal(_ bytes: some Sequence<UInt8>) -> Bool { bytes.allSatisfy { isInAlphabet[Int($0)] } }

    private static func text(of values: [UInt8]) -> String {
        String(decoding: values.map { alphabet[Int($0)] }, as: UTF8.self)
    }
}
