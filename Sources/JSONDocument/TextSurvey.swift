import CSimdJSON

/// What the parser finds in a text before it looks at any value: it tells strings from the rest by their quotes alone.
package struct TextSurvey {
    private var isInString = false
    private var isEscaped = false
    private var hasControlCharacter = false
    private var utf8 = UTF8Check()
    private var followsWord = false
    /// The first and the last byte that begin a string or a word or are punctuation; 0 if there is none.
    private var first: UInt8 = 0
    private var last: UInt8 = 0

    package init() {}

    /// Reads the text, or a part of it that follows the last.
    package mutating func read(_ text: UnsafeRawBufferPointer) {
        for byte in text { read(byte) }
    }

    private mutating func read(_ byte: UInt8) {
        utf8.read(byte)
        let isQuote = byte == UInt8(ascii: "\"") && !isEscaped
        isEscaped = byte == UInt8(ascii: "\\") && !isEscaped
        if isInString {
            if isQuote { isInString = false }
            if byte < 0x20 { hasControlCharacter = true }
            followsWord = false
            return
        }
        isInString = isQuote
        switch byte {
        case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\n"), UInt8(ascii: "\r"): followsWord = false
        case UInt8(ascii: ","), UInt8(ascii: ":"), UInt8(ascii: "["), UInt8(ascii: "]"), UInt8(ascii: "{"),
            UInt8(ascii: "}"):
            begin(byte)
            followsWord = false
        default:
            if !followsWord { begin(byte) }
            followsWord = !isQuote
        }
    }

    private mutating func begin(_ byte: UInt8) {
        if first == 0 { first = byte }
        last = byte
    }

    /// What alone is reason enough to refuse the text, once it is all read.
    var code: Int32? {
        if isInString { return csimdjson_code(CSIMDJSON_UNCLOSED_STRING) }
        if hasControlCharacter { return csimdjson_code(CSIMDJSON_CONTROL_CHARACTER) }
        if first == 0 { return csimdjson_code(CSIMDJSON_EMPTY) }
        if !utf8.isValid { return csimdjson_code(CSIMDJSON_UTF8) }
        let isOpen =
            first == UInt8(ascii: "[") && last != UInt8(ascii: "]")
            || first == UInt8(ascii: "{") && last != UInt8(ascii: "}")
        return isOpen ? csimdjson_code(CSIMDJSON_TAPE) : nil
    }
}

/// Checks UTF-8 byte by byte: table 3-7 of the Unicode Standard.
private struct UTF8Check {
    private var hasFault = false
    private var awaited = 0
    private var range: ClosedRange<UInt8> = 0x80...0xBF

    /// Whether all bytes so far are whole characters.
    var isValid: Bool { !hasFault && awaited == 0 }

    mutating func read(_ byte: UInt8) {
        if awaited > 0 {
            if !range.contains(byte) { hasFault = true }
            awaited -= 1
            range = 0x80...0xBF
            return
        }
        switch byte {
        case 0x00...0x7F: break
        case 0xC2...0xDF: awaited = 1
        case 0xE0...0xEF:
            awaited = 2
            if byte == 0xE0 { range = 0xA0...0xBF }
            if byte == 0xED { range = 0x80...0x9F }
        case 0xF0...0xF4:
            awaited = 3
            if byte == 0xF0 { range = 0x90...0xBF }
            if byte == 0xF4 { range = 0x80...0x8F }
        default: hasFault = true
        }
    }
}
