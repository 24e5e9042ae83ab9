import Glibc
import JSONDocument

/// A column of a JSON text that is read row by row. A text's code is its place in the order met until all are known.
struct StreamedColumn {
    /// What the values so far say of the column.
    var values: JSONColumn
    /// Texts as spelled, escapes and all, so that a known one need not be understood again.
    private var spellings = CategoryTable()
    private var codes: [Double] = []
    private let spellingLimit: Int

    init(_ values: JSONColumn = JSONColumn(), limits: DatasetLimits) {
        self.values = values
        spellingLimit = 2 * limits.categoriesPerColumn
    }

    /// The cell of an examined value, of which `text` is the spelling.
    mutating func cell(_ node: JSONNode, spelled text: UnsafeRawBufferPointer) -> Double {
        let cell = values.cell(node)
        if node.kind == .string, !cell.isNaN, spellings.count < spellingLimit {
            let inside = UnsafeRawBufferPointer(rebasing: text[1..<text.count - 1])
            if spellings.find(inside) == nil {
                _ = spellings.add(inside)
                codes.append(cell)
            }
        }
        return cell
    }

    /// The cell at `at` if it is a value that changes nothing of what is known of the column, but that null is missing:
    /// NaN. Moves `at` behind it. Whether a comma or bracket follows is not looked at. Mutating, lest an array hand out
    /// a copy of its column.
    @inline(__always)
    mutating func plainCell(_ at: inout UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>) -> Double? {
        guard at < end else { return nil }
        switch at.pointee {
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
            guard values.kind == .numeric, let number = DecimalParser.parse(&at, end, isJSON: true), number.isFinite
            else { return nil }
            return number
        case UInt8(ascii: "\""): return values.kind == .text ? knownText(&at, end) : nil
        case UInt8(ascii: "n"): return StreamedColumn.word("null", &at, end) ? .nan : nil
        case UInt8(ascii: "t"): return values.kind == .boolean && StreamedColumn.word("true", &at, end) ? 1 : nil
        case UInt8(ascii: "f"): return values.kind == .boolean && StreamedColumn.word("false", &at, end) ? 0 : nil
        default: return nil
        }
    }

    private static func word(
        _ word: StaticString, _ at: inout UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>
    ) -> Bool {
        let count = word.utf8CodeUnitCount
        guard end - at >= count, memcmp(at, word.utf8Start, count) == 0 else { return false }
        at += count
        return true
    }

    private func knownText(_ at: inout UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>) -> Double? {
        let start = at + 1
        guard let close = StreamedColumn.closingQuote(start, end),
            let known = spellings.find(UnsafeRawBufferPointer(start: start, count: close - start))
        else { return nil }
        at = close + 1
        return codes[known]
    }

    private static let quotes = ByteSearch.pattern(UInt8(ascii: "\""))
    private static let backslashes = ByteSearch.pattern(UInt8(ascii: "\\"))

    /// The quote that closes a string whose content begins at `start`.
    static func closingQuote(
        _ start: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>
    ) -> UnsafePointer<UInt8>? {
        var at = start
        while end - at >= 8 {
            let word = ByteSearch.load(at)
            let hits = ByteSearch.hits(word, quotes) | ByteSearch.hits(word, backslashes)
            if hits == 0 {
                at += 8
                continue
            }
            at += hits.trailingZeroBitCount >> 3
            if at.pointee == UInt8(ascii: "\"") { return at }
            at += 2
        }
        while at < end {
            if at.pointee == UInt8(ascii: "\"") { return at }
            at += at.pointee == UInt8(ascii: "\\") ? 2 : 1
        }
        return nil
    }
}
