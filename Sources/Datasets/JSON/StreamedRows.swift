import Glibc
import JSONDocument

/// The columns of rows or records that are read from their text, and the rows that change nothing of what is known.
struct StreamedRows {
    var columns: [StreamedColumn]
    /// Names of records' members as spelled, with their quotes; none for rows.
    private let names: [UnsafeRawBufferPointer]
    private var places = CategoryTable()
    /// From each column on, the first that is not numeric.
    private var runEnds: [Int]

    init(columns: [StreamedColumn], names: [UnsafeRawBufferPointer] = []) {
        self.columns = columns
        self.names = names
        for name in names { _ = places.add(name) }
        runEnds = Array(repeating: 0, count: columns.count)
        learnKinds()
    }

    /// To be called when a column's kind may have become known.
    mutating func learnKinds() {
        var end = columns.count
        for column in columns.indices.reversed() {
            if columns[column].values.kind != .numeric { end = column }
            runEnds[column] = end
        }
    }

    @inline(__always)
    private static func skipBlanks(_ at: inout UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>) {
        while at < end, JSONScanner.isBlank(at.pointee) { at += 1 }
    }

    /// Numbers with commas between them; whether a bracket follows the last.
    @inline(__always)
    private static func numbers(
        _ at: inout UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>, into cells: UnsafeMutablePointer<Double>,
        _ column: inout Int, upTo last: Int
    ) -> Bool {
        DecimalParser.run(
            &at, end, delimiter: UInt8(ascii: ","), closers: (UInt8(ascii: "]"), UInt8(ascii: "}")), isJSON: true,
            into: cells, &column, upTo: last)
    }

    /// Reads the row at the scanner, "[", into `cells` if it has one plain cell per column; `row` is counted from 1.
    /// Else nothing is consumed or counted.
    mutating func takePlainRow(
        _ scanner: inout JSONScanner, row: Int, into cells: UnsafeMutablePointer<Double>
    ) -> Bool {
        let end = scanner.end
        var at = scanner.cursor
        guard at < end, at.pointee == UInt8(ascii: "[") else { return false }
        at += 1
        var column = 0
        var hasMissing = false
        while true {
            StreamedRows.skipBlanks(&at, end)
            if !StreamedRows.numbers(&at, end, into: cells, &column, upTo: runEnds[column]) {
                StreamedRows.skipBlanks(&at, end)
                guard column < columns.count, let cell = columns[column].plainCell(&at, end) else { return false }
                cells[column] = cell
                if cell.isNaN { hasMissing = true }
                column += 1
                StreamedRows.skipBlanks(&at, end)
            }
            guard at < end else { return false }
            if at.pointee == UInt8(ascii: ","), column < columns.count {
                at += 1
                continue
            }
            guard at.pointee == UInt8(ascii: "]"), column == columns.count else { return false }
            scanner.move(to: at + 1)
            if hasMissing { countMissing(cells, row) }
            return true
        }
    }

    /// Reads the record at the scanner, "{", into `cells` if its members are plain and in the order of the columns;
    /// some may be missing.
    mutating func takePlainRecord(
        _ scanner: inout JSONScanner, row: Int, into cells: UnsafeMutablePointer<Double>
    ) -> Bool {
        let end = scanner.end
        var at = scanner.cursor
        guard at < end, at.pointee == UInt8(ascii: "{") else { return false }
        at += 1
        var column = 0
        var hasMissing = false
        while true {
            StreamedRows.skipBlanks(&at, end)
            guard column < columns.count, let place = place(&at, end, from: column) else { return false }
            while column < place {
                cells[column] = .nan
                hasMissing = true
                column += 1
            }
            StreamedRows.skipBlanks(&at, end)
            guard at < end, at.pointee == UInt8(ascii: ":") else { return false }
            at += 1
            StreamedRows.skipBlanks(&at, end)
            let upTo = runEnds[column] > column ? column + 1 : column
            let isLast = StreamedRows.numbers(&at, end, into: cells, &column, upTo: upTo)
            // A number with its comma.
            if column > place, !isLast { continue }
            if !isLast {
                guard let cell = columns[column].plainCell(&at, end) else { return false }
                cells[column] = cell
                if cell.isNaN { hasMissing = true }
                column += 1
                StreamedRows.skipBlanks(&at, end)
            }
            guard at < end else { return false }
            if at.pointee == UInt8(ascii: ",") {
                at += 1
                continue
            }
            guard at.pointee == UInt8(ascii: "}") else { return false }
            scanner.move(to: at + 1)
            while column < columns.count {
                cells[column] = .nan
                hasMissing = true
                column += 1
            }
            if hasMissing { countMissing(cells, row) }
            return true
        }
    }

    /// The column, from `column` on, of the member whose name is at `at`; moves `at` behind the name.
    @inline(__always)
    private func place(
        _ at: inout UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>, from column: Int
    ) -> Int? {
        let name = names[column]
        if end - at > name.count, let bytes = name.baseAddress, memcmp(at, bytes, name.count) == 0 {
            at += name.count
            return column
        }
        guard at < end, at.pointee == UInt8(ascii: "\""), let close = StreamedColumn.closingQuote(at + 1, end),
            let place = places.find(UnsafeRawBufferPointer(start: at, count: close + 1 - at)), place > column
        else { return nil }
        at = close + 1
        return place
    }

    /// Counts the cells that are NaN.
    mutating func countMissing(_ cells: UnsafeMutablePointer<Double>, _ row: Int) {
        for column in columns.indices where cells[column].isNaN { columns[column].values.countMissing(row: row) }
    }

    /// The columns' entries in a schema, and for each column of texts the final code of every code in the cells.
    func schema(rows: Int, names: [String?]) -> (TableSchema, codes: [Int: [Double]]) {
        var schema = TableSchema(rows: rows, columns: [])
        var codes: [Int: [Double]] = [:]
        for (index, column) in columns.enumerated() {
            let (entry, places) = column.values.column(name: names[index])
            schema.columns.append(entry)
            if !places.isEmpty { codes[index] = places }
        }
        return (schema, codes)
    }
}
