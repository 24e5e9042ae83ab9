/// JSON allows numbers of any size; simdjson refuses those that fit neither 64-bit integers nor doubles. Written
/// differently they get through, so that whoever reads the document can say where it asks for too much.
enum OversizedNumbers {
    /// Stands for every number beyond doubles in a rewritten text.
    static let marker = Double.greatestFiniteMagnitude

    /// `text` with whole numbers beyond 64 bits written as floating point, and numbers beyond doubles as `marker`; nil
    /// if there are none. Only outside strings; whether the text is JSON at all the parser finds out.
    static func rewritten(_ text: UnsafeRawBufferPointer) -> [UInt8]? {
        var result: [UInt8] = []
        var copied = 0
        var at = 0
        while at < text.count {
            if text[at] == UInt8(ascii: "\"") {
                at = endOfString(text, from: at)
            } else if isNumberByte(text[at]) {
                let end = (at..<text.count).first { !isNumberByte(text[$0]) } ?? text.count
                if let replacement = replacement(for: text[at..<end]) {
                    result += text[copied..<at]
                    result += replacement
                    copied = end
                }
                at = end
            } else {
                at += 1
            }
        }
        guard copied > 0 else { return nil }
        return result + text[copied...]
    }

    private static func endOfString(_ text: UnsafeRawBufferPointer, from start: Int) -> Int {
        var at = start + 1
        while at < text.count, text[at] != UInt8(ascii: "\"") {
            at += text[at] == UInt8(ascii: "\\") ? 2 : 1
        }
        return min(at + 1, text.count)
    }

    private static func isNumberByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."),
            UInt8(ascii: "e"), UInt8(ascii: "E"):
            true
        default: false
        }
    }

    private static func replacement(for token: Slice<UnsafeRawBufferPointer>) -> [UInt8]? {
        // Shorter ones fit, unless by their exponent.
        guard token.count > 18 || token.contains(where: { $0 | 0x20 == UInt8(ascii: "e") }), isNumber(token) else {
            return nil
        }
        let word = String(decoding: token, as: UTF8.self)
        guard let value = Double(word) else { return nil }
        if value.isInfinite { return Array(marker.description.utf8) }
        let isWhole = token.allSatisfy { $0 == UInt8(ascii: "-") || isDigit($0) }
        guard isWhole, Int64(word) == nil, UInt64(word) == nil else { return nil }
        return Array(word.utf8) + Array("e0".utf8)
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

    /// The grammar of RFC 8259, section 6.
    private static func isNumber(_ token: Slice<UnsafeRawBufferPointer>) -> Bool {
        var rest = token[...]
        func digits() -> Int {
            let count = rest.prefix(while: isDigit).count
            rest = rest.dropFirst(count)
            return count
        }
        if rest.first == UInt8(ascii: "-") { rest = rest.dropFirst() }
        let leadsWithZero = rest.first == UInt8(ascii: "0")
        let whole = digits()
        guard whole > 0, !leadsWithZero || whole == 1 else { return false }
        if rest.first == UInt8(ascii: ".") {
            rest = rest.dropFirst()
            guard digits() > 0 else { return false }
        }
        if let exponent = rest.first, exponent | 0x20 == UInt8(ascii: "e") {
            rest = rest.dropFirst()
            if rest.first == UInt8(ascii: "+") || rest.first == UInt8(ascii: "-") { rest = rest.dropFirst() }
            guard digits() > 0 else { return false }
        }
        return rest.isEmpty
    }
}
