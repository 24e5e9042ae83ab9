/// What a cell's text means: shared by the header's detection and the columns.
enum CSVCell {
    case missing
    case number(Double)
    /// A word or a decimal for an infinite number.
    case infinite
    case text

    init(_ bytes: UnsafeBufferPointer<UInt8>) {
        let trimmed = CSVCell.trim(bytes)
        if CSVCell.matches(trimmed, CSVCell.missingWords) {
            self = .missing
        } else if let number = CSVCell.number(trimmed) {
            self = number.isFinite ? .number(number) : .infinite
        } else {
            self = CSVCell.isInfinite(trimmed) ? .infinite : .text
        }
    }

    /// Texts that stand for a missing cell, beside the empty one.
    static let missingWords: [StaticString] = ["", "NA", "N/A", "NaN", "nan", "null", "NULL"]

    private static func trim(_ bytes: UnsafeBufferPointer<UInt8>) -> UnsafeBufferPointer<UInt8> {
        func isBlank(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
        guard let first = bytes.firstIndex(where: { !isBlank($0) }), let last = bytes.lastIndex(where: { !isBlank($0) })
        else { return UnsafeBufferPointer(rebasing: bytes[0..<0]) }
        return UnsafeBufferPointer(rebasing: bytes[first...last])
    }

    private static func matches(_ bytes: UnsafeBufferPointer<UInt8>, _ words: [StaticString]) -> Bool {
        if bytes.count > 4 { return false }
        if let first = bytes.first, first | 0x20 != UInt8(ascii: "n") { return false }
        return words.contains { word in
            word.utf8CodeUnitCount == bytes.count
                && bytes.elementsEqual(UnsafeBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount))
        }
    }

    private static func number(_ bytes: UnsafeBufferPointer<UInt8>) -> Double? {
        guard var cursor = bytes.baseAddress, !bytes.isEmpty else { return nil }
        let end = cursor + bytes.count
        guard let number = DecimalParser.parse(&cursor, end), cursor == end else { return nil }
        return number
    }

    private static func isInfinite(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        guard bytes.count >= 3, bytes.count <= 9, "iI+-".utf8.contains(bytes[0]) else { return false }
        var word = String(decoding: bytes, as: UTF8.self).lowercased()
        if word.hasPrefix("-") || word.hasPrefix("+") { word.removeFirst() }
        return word == "inf" || word == "infinity"
    }
}
