import HTTPDaemon

/// Text that comes from outside must not be able to end a line, begin another, or steer a terminal.
enum Escaping {
    /// Whether `text` can stand in a line as it is, without quotes.
    static func isPlain(_ text: String) -> Bool {
        text.withBytes { bytes in
            !bytes.isEmpty
                && bytes.allSatisfy {
                    (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\")
                        && $0 != UInt8(ascii: "=")
                }
        }
    }

    /// Appends `text`; where it is quoted, as a string of JSON.
    static func append(_ text: String, to bytes: inout [UInt8], quoted: Bool) {
        if quoted { bytes.append(UInt8(ascii: "\"")) }
        let isAppended = text.withBytes { text in
            guard text.allSatisfy({ isHarmless($0, quoted: quoted) }) else { return false }
            bytes.append(contentsOf: text)
            return true
        }
        if !isAppended {
            for scalar in text.unicodeScalars { append(scalar, to: &bytes, quoted: quoted) }
        }
        if quoted { bytes.append(UInt8(ascii: "\"")) }
    }

    /// Appends the name of a field, whatever cannot be in one replaced.
    static func appendName(_ name: String, to bytes: inout [UInt8]) {
        let isFit = { (byte: UInt8) in
            (0x21...0x7E).contains(byte) && byte != UInt8(ascii: "=") && byte != UInt8(ascii: "\"")
        }
        name.withBytes { name in
            if name.allSatisfy(isFit) {
                bytes.append(contentsOf: name)
            } else {
                bytes.append(contentsOf: name.lazy.map { isFit($0) ? $0 : UInt8(ascii: "_") })
            }
        }
    }

    private static func isHarmless(_ byte: UInt8, quoted: Bool) -> Bool {
        (0x20...0x7E).contains(byte) && byte != UInt8(ascii: "\\") && !(quoted && byte == UInt8(ascii: "\""))
    }

    private static func append(_ scalar: Unicode.Scalar, to bytes: inout [UInt8], quoted: Bool) {
        switch scalar {
        case "\"" where quoted: bytes.append(contentsOf: #"\""#.utf8)
        case "\\": bytes.append(contentsOf: #"\\"#.utf8)
        case "\n": bytes.append(contentsOf: #"\n"#.utf8)
        case "\r": bytes.append(contentsOf: #"\r"#.utf8)
        case "\t": bytes.append(contentsOf: #"\t"#.utf8)
        default:
            guard needsNumber(scalar) else { return bytes.append(contentsOf: String(scalar).utf8) }
            bytes.append(contentsOf: #"\u"#.utf8)
            for shift in stride(from: 12, through: 0, by: -4) {
                bytes.append(hexadecimal[Int(scalar.value >> UInt32(shift) & 15)])
            }
        }
    }

    /// Controls, separators of lines and paragraphs, and what turns the direction of text: all within four digits.
    private static func needsNumber(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x20, 0x7F..<0xA0, 0x061C, 0x2028, 0x2029, 0x200E, 0x200F, 0x202A...0x202E, 0x2066...0x2069, 0xFEFF:
            true
        default: false
        }
    }

    private static let hexadecimal = Array("0123456789abcdef".utf8)
}
