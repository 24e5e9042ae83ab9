/// A key's name: 12 random characters. It is part of the key, and no secret.
public struct KeyID: Hashable, Sendable, CustomStringConvertible {
    static let length = 12

    /// The whole id.
    public let description: String

    /// A new id, from the system's secure random numbers.
    public static func random() -> KeyID { KeyID(unchecked: Base32.random(count: length)) }

    /// The id that `text` is, or nil if it cannot be one.
    public init?(_ text: String) {
        guard text.utf8.count == KeyID.length, Base32.isLegal(text.utf8) else { return nil }
        description = text
    }

    package init(unchecked text: String) { description = text }
}
