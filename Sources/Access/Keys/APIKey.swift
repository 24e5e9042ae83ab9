import Hashing

/// The secret that a client shows, `esp_<id>_<secret><checksum>`: 160 random bits, and 30 bits of digest by which a mistyped key
/// is known without asking anybody.
public struct APIKey: Sendable {
    static let prefix = "esp_"
    static let secretLength = 32
    static let checksumLength = 6

    /// Which key it is.
    public let id: KeyID
    /// The whole key, for its owner's eyes alone.
    public let text: String

    /// A new key, from the system's secure random numbers.
    public static func random() -> APIKey {
        let id = KeyID.random()
        let start = "\(prefix)\(id)_" + Base32.random(count: secretLength)
        return APIKey(id: id, text: start + checksum(of: Array(start.utf8)))
    }

    private init(id: KeyID, text: String) {
        self.id = id
        self.text = text
    }

    /// The key that a client wrote, or nil if it cannot be one.
    public init?(_ text: String) {
        let bytes = Array(text.utf8)
        let idEnd = APIKey.prefix.utf8.count + KeyID.length
        let secretEnd = idEnd + 1 + APIKey.secretLength
        guard bytes.count == secretEnd + APIKey.checksumLength, bytes.starts(with: APIKey.prefix.utf8),
            bytes[idEnd] == UInt8(ascii: "_"),
            let id = KeyID(String(decoding: bytes[APIKey.prefix.utf8.count..<idEnd], as: UTF8.self)),
            Base32.isLegal(bytes[(idEnd + 1)...]),
            APIKey.checksum(of: Array(bytes[..<secretEnd])).utf8.elementsEqual(bytes[secretEnd...])
        else { return nil }
        self.init(id: id, text: text)
    }

    /// What is stored of it.
    public var hash: KeyHash { KeyHash(of: text) }

    private static func checksum(of start: [UInt8]) -> String {
        var hash = ContentHash()
        start.withUnsafeBytes { hash.update($0) }
        return Base32.characters(of: hash.digest(), count: checksumLength)
    }
}
