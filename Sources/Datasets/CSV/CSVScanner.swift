/// Walks a CSV text (RFC 4180; LF, CR LF or CR ends a row) cell by cell. Nothing is copied but quoted cells that
/// double a quote.
struct CSVScanner: ~Copyable {
    /// What follows a cell.
    enum Terminator { case delimiter, row, end }

    /// Why a cell cannot be read.
    enum Failure: Error {
        /// The text ends within quotes.
        case unclosedQuote
        /// Something stands between a closing quote and the next delimiter.
        case textAfterQuote
    }

    private(set) var cursor: UnsafePointer<UInt8>
    let end: UnsafePointer<UInt8>
    private let delimiter: UInt8
    /// The last quoted cell that doubled a quote, without its doubles.
    private var unescaped = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: 256)

    init(_ bytes: UnsafeBufferPointer<UInt8>, delimiter: UInt8) {
        // An empty text has no address; any will do where nothing is read.
        cursor = bytes.baseAddress ?? UnsafePointer(unescaped.baseAddress!)
        end = cursor + bytes.count
        self.delimiter = delimiter
    }

    deinit { unescaped.deallocate() }

    /// Whether all is read.
    var isAtEnd: Bool { cursor == end }

    /// Whether the row that begins here is empty.
    var isAtBlankRow: Bool {
        cursor < end && (cursor.pointee == UInt8(ascii: "\n") || cursor.pointee == UInt8(ascii: "\r"))
    }

    @inline(__always)
    private func endsCell(_ at: UnsafePointer<UInt8>) -> Bool {
        at == end || at.pointee == delimiter || at.pointee == UInt8(ascii: "\n") || at.pointee == UInt8(ascii: "\r")
    }

    /// The cell here if it is a bare finite number and nothing else; else nil, and nothing is consumed.
    @inline(__always)
    mutating func number() -> Double? {
        var at = cursor
        guard let number = DecimalParser.parse(&at, end), endsCell(at), number.isFinite else { return nil }
        cursor = at
        return number
    }

    /// The cell here without its quotes; the bytes are good until the next call.
    mutating func cell() throws(Failure) -> UnsafeBufferPointer<UInt8> {
        if cursor < end, cursor.pointee == UInt8(ascii: "\"") { return try quotedCell() }
        let start = cursor
        while !endsCell(cursor) { cursor += 1 }
        return UnsafeBufferPointer(start: start, count: cursor - start)
    }

    private mutating func quotedCell() throws(Failure) -> UnsafeBufferPointer<UInt8> {
        cursor += 1
        let start = cursor
        var doubles = 0
        while true {
            while cursor < end && cursor.pointee != UInt8(ascii: "\"") { cursor += 1 }
            if cursor == end { throw .unclosedQuote }
            guard cursor + 1 < end, cursor[1] == UInt8(ascii: "\"") else { break }
            doubles += 1
            cursor += 2
        }
        let content = UnsafeBufferPointer(start: start, count: cursor - start)
        cursor += 1
        if !endsCell(cursor) { throw .textAfterQuote }
        return doubles == 0 ? content : unescape(content)
    }

    private mutating func unescape(_ content: UnsafeBufferPointer<UInt8>) -> UnsafeBufferPointer<UInt8> {
        if unescaped.count < content.count {
            unescaped.deallocate()
            unescaped = .allocate(capacity: content.count)
        }
        var count = 0
        var at = 0
        while at < content.count {
            unescaped[count] = content[at]
            count += 1
            at += content[at] == UInt8(ascii: "\"") ? 2 : 1
        }
        return UnsafeBufferPointer(rebasing: unescaped[0..<count])
    }

    /// Consumes what ends a cell or an empty row.
    @inline(__always)
    mutating func terminator() -> Terminator {
        if cursor == end { return .end }
        let byte = cursor.pointee
        cursor += 1
        if byte == delimiter { return .delimiter }
        if byte == UInt8(ascii: "\r"), cursor < end, cursor.pointee == UInt8(ascii: "\n") { cursor += 1 }
        return .row
    }

    /// How many cells the row here has; consumes it.
    mutating func skipRow() throws(Failure) -> Int {
        var count = 0
        repeat {
            _ = try cell()
            count += 1
        } while terminator() == .delimiter
        return count
    }
}
