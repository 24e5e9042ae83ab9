/// A job's name in the API: `job_` and 24 random characters.
public struct JobID: Hashable, Sendable, CustomStringConvertible {
    /// The whole id.
    public let description: String

    /// A new id, from the system's secure random numbers.
    public static func random() -> JobID { JobID(unchecked: "job_" + RandomToken.make()) }

    /// The id a client wrote, or nil if it cannot be one.
    public init?(_ text: String) {
        guard RandomToken.isLegal(text, prefix: "job_") else { return nil }
        description = text
    }

    package init(unchecked text: String) { description = text }
}

/// A data set's name in the API: `ds_` and 24 random characters.
public struct DatasetID: Hashable, Sendable, CustomStringConvertible {
    /// The whole id.
    public let description: String

    /// A new id, from the system's secure random numbers.
    public static func random() -> DatasetID { DatasetID(unchecked: "ds_" + RandomToken.make()) }

    /// The id a client wrote, or nil if it cannot be one.
    public init?(_ text: String) {
        guard RandomToken.isLegal(text, prefix: "ds_") else { return nil }
        description = text
    }

    package init(unchecked text: String) { description = text }
}

/// A sweep's name in the API: `sweep_` and 24 random characters.
public struct SweepID: Hashable, Sendable, CustomStringConvertible {
    /// The whole id.
    public let description: String

    /// A new id, from the system's secure random numbers.
    public static func random() -> SweepID { SweepID(unchecked: "sweep_" + RandomToken.make()) }

    /// The id a client wrote, or nil if it cannot be one.
    public init?(_ text: String) {
        guard RandomToken.isLegal(text, prefix: "sweep_") else { return nil }
        description = text
    }

    package init(unchecked text: String) { description = text }
}

/// 120 random bits as 24 characters of Crockford's base 32, lowercase.
private enum RandomToken {
    static let length = 24
    private static let alphabet = Array("0123456789abcdefghjkmnpqrstvwxyz".utf8)

    static func make() -> String {
        var generator = SystemRandomNumberGenerator()
        var characters: [UInt8] = []
        characters.reserveCapacity(length)
        while characters.count < length {
            var bits = generator.next()
            for _ in 0..<12 {
                characters.append(alphabet[Int(bits & 31)])
                bits >>= 5
            }
        }
        return String(decoding: characters, as: UTF8.self)
    }

    static func isLegal(_ text: String, prefix: String) -> Bool {
        guard text.utf8.count == prefix.utf8.count + length, text.utf8.starts(with: prefix.utf8) else { return false }
        return text.utf8.dropFirst(prefix.utf8.count).allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "i"), UInt8(ascii: "l"), UInt8(ascii: "o"), UInt8(ascii: "u"): false
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"): true
            default: false
            }
        }
    }
}
