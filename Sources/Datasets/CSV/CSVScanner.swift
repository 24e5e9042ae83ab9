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
    private let delimiters: UInt64
    /// The last quoted cell that doubled a quote, without its doubles.
    private var unescaped = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: 256)

    init(_ bytes: UnsafeBufferPointer<UInt8>, delimiter: UInt8) {
        // An empty text has no address; any will do where nothing is read.
        cursor = bytes.baseAddress ?? UnsafePointer(unescaped.baseAddress!)
        end = cursor + bytes.count
        self.delimiter = delimiter
        delimiters = ByteSearch.pattern(delimiter)
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

    /// Whether the cell here may be a bare number: a look at its first byte.
    @inline(__always)
    var mayBeNumber: Bool {
        guard cursor < end else { return false }
        let byte = cursor.pointee
        return byte &- UInt8(ascii: "0") <= 9 || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".")
            || byte == UInt8(ascii: "+")
    }

    /// The cell here if it is a bare finite number and nothing else; else nil, and nothing is consumed.
    @inline(__always)
    mutating func number() -> Double? {
        var at = cursor
        guard let number = DecimalParser.parse(&at, end), endsCell(at), number.isFinite else { return nil }
        cursor = at
        return number
    }

    /// Reads bare short numbers into `cells` from `column` up to `last`, excluding it; whether the last of them ends the
    /// row, so that no cell follows.
    @inline(__always)
    mutating func numbers(
        into cells: UnsafeMutablePointer<Double>, _ column: inout Int, upTo last: Int
    ) -> Bool {
        DecimalParser.run(
            &cursor, end, delimiter: delimiter, closers: (UInt8(ascii: "\n"), UInt8(ascii: "\r")), isJSON: false,
            into: cells, &column, upTo: last)
    }

    /// The cell here without its quotes; the bytes are good until the next call.
    mutating func cell() throws(Failure) -> UnsafeBufferPointer<UInt8> {
        if cursor < end, cursor.pointee == UInt8(ascii: "\"") { return try quotedCell() }
        let start = cursor
        seekCellEnd()
        return UnsafeBufferPointer(start: start, count: cursor - start)
    }

    private mutating func seekCellEnd() {
        while end - cursor >= 8 {
            let word = ByteSearch.load(cursor)
            let hits =
                ByteSearch.hits(word, delimiters) | ByteSearch.hits(word, CSVScanner.newlines)
                | ByteSearch.hits(word, CSVScanner.returns)
            if hits != 0 {
                cursor += hits.trailingZeroBitCount >> 3
                return
            }
            cursor += 8
        }
        while !endsCell(cursor) { cursor += 1 }
    }

    private static let newlines = ByteSearch.pattern(UInt8(ascii: "\n"))
    private static let returns = ByteSearch.pattern(UInt8(ascii: "\r"))
    private static let quotes = ByteSearch.pattern(UInt8(ascii: "\""))

    private mutating func seekQuote() {
        while end - cursor >= 8 {
            let hits = ByteSearch.hits(ByteSearch.load(cursor), CSVScanner.quotes)
            if hits != 0 {
                cursor += hits.trailingZeroBitCount >> 3
                return
            }
            cursor += 8
        }
        while cursor < end && cursor.pointee != UInt8(ascii: "\"") { cursor += 1 }
    }

    private mutating func quotedCell() throws(Failure) -> UnsafeBufferPointer<UInt8> {
        cursor += 1
        let start = cursor
        var doubles = 0
        while true {
            seekQuote()
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
