import JSONDocument

extension TableStore {
    /// Reads a CSV text into a table. A column whose cells are all numbers is numeric, one without numbers is text;
    /// where both occur the numbers are texts too, unless texts are under a tenth of the cells: then they are a fault.
    /// Empty cells, NA, N/A, NaN, nan, null and NULL are missing. Faults count data rows from 1, without the header.
    /// - Parameters:
    ///   - bytes: the text, UTF-8; a mapped file or a buffer.
    ///   - pointer: where faults say they are.
    public func ingestCSV(
        _ bytes: UnsafeRawBufferPointer, options: CSVOptions = CSVOptions(), at pointer: String = ""
    ) throws(IngestionError) -> TableReference {
        try ingestCSV(bytes, of: nil, options, pointer)
    }

    /// Reads an uploaded CSV text into a table, keeping little of it in memory.
    public func ingestCSV(
        _ content: UploadedContent, options: CSVOptions = CSVOptions()
    ) throws(IngestionError) -> TableReference {
        try ingestCSV(content.bytes, of: content, options, "")
    }

    private func ingestCSV(
        _ bytes: UnsafeRawBufferPointer, of content: UploadedContent?, _ options: CSVOptions, _ pointer: String
    ) throws(IngestionError) -> TableReference {
        let dialect = try CSVDialect(bytes, options: options, limits: limits, at: pointer)
        var pass = CSVPass(dialect, isText: [], limits: limits, pointer: pointer)
        var writer = try writer(columns: dialect.names.count)
        try pass.run(writer, ReadingPace(content))
        let textColumns = try pass.mostlyTextColumns()
        if !textColumns.isEmpty {
            writer = try self.writer(columns: dialect.names.count)
            pass = CSVPass(dialect, isText: textColumns, limits: limits, pointer: pointer)
            try pass.run(writer, ReadingPace(content))
            _ = try pass.mostlyTextColumns()
        }
        let (schema, codes) = pass.schema()
        return try store(writer, schema, codes: codes)
    }
}

/// One walk over the rows of a CSV text.
private struct CSVPass {
    let dialect: CSVDialect
    let limits: DatasetLimits
    let pointer: String
    let faults = FaultCollector()
    var columns: [CSVColumn]
    var rows = 0

    /// More ragged rows than this are not looked for.
    private static let faultLimit = 10

    init(_ dialect: CSVDialect, isText: Set<Int>, limits: DatasetLimits, pointer: String) {
        self.dialect = dialect
        self.limits = limits
        self.pointer = pointer
        columns = dialect.names.indices.map { CSVColumn(isText: isText.contains($0)) }
    }

    private func title(_ column: Int) -> String { columnTitle(name: dialect.names[column], index: column) }

    mutating func run(_ writer: TableWriter, _ pace: consuming ReadingPace) throws(IngestionError) {
        let width = columns.count
        let rowLimit = limits.rows(columns: width)
        // From each column on, the first whose cells are texts.
        var runEnds = Array(repeating: width, count: width + 1)
        for column in columns.indices.reversed() {
            runEnds[column] = columns[column].isText ? column : runEnds[column + 1]
        }
        var scanner = CSVScanner(dialect.data, delimiter: dialect.delimiter)
        var blankRows = 0
        while !scanner.isAtEnd && faults.faults.count < CSVPass.faultLimit {
            if scanner.isAtBlankRow {
                _ = scanner.terminator()
                blankRows += 1
                continue
            }
            // Blank rows at the end are no rows; before another row each has one empty cell.
            while blankRows > 0 {
                blankRows -= 1
                if width == 1 { writer.row[0] = try take(UnsafeBufferPointer(start: nil, count: 0), column: 0) }
                try add(writer, cells: 1)
            }
            if rows >= rowLimit {
                throw .fault(pointer, "has more than \(rowLimit) rows, the most that \(width) columns allow")
            }
            pace.passed(scanner.cursor)
            let row = writer.row
            var column = 0
            var isWhole = false
            while !isWhole {
                if column < width, scanner.mayBeNumber, scanner.numbers(into: row, &column, upTo: runEnds[column]) {
                    _ = scanner.terminator()
                    break
                }
                if column < width, scanner.mayBeNumber, !columns[column].isText, let number = scanner.number() {
                    row[column] = number
                } else {
                    let cell = try cell(&scanner, column)
                    if column < width { row[column] = try take(cell, column: column) }
                }
                column += 1
                isWhole = scanner.terminator() != .delimiter
            }
            try add(writer, cells: column)
        }
        if rows == 0 { throw .fault(pointer, "has no data row, only a header") }
    }

    private func cell(_ scanner: inout CSVScanner, _ column: Int) throws(IngestionError) -> UnsafeBufferPointer<UInt8> {
        do {
            return try scanner.cell()
        } catch {
            let place = column < columns.count ? title(column) : "cell \(column + 1)"
            throw .fault(pointer, "row \(rows + 1), \(place): \(error.words)")
        }
    }

    private mutating func take(
        _ cell: UnsafeBufferPointer<UInt8>, column: Int
    ) throws(IngestionError) -> Double {
        do {
            return try columns[column].take(cell, row: rows + 1, limits: limits)
        } catch {
            let reason =
                switch error {
                case .notUTF8: "the text is not UTF-8"
                case .tooLong: "a text longer than \(limits.textBytes) bytes"
                }
            throw .fault(pointer, "row \(rows + 1), \(title(column)): \(reason)")
        }
    }

    private mutating func add(_ writer: TableWriter, cells: Int) throws(IngestionError) {
        rows += 1
        if cells == columns.count {
            do { try writer.addRow() } catch { throw .storage(error) }
        } else {
            faults.add(pointer, "row \(rows) has \(cellCount(cells)); \(columns.count) are expected")
        }
    }

    /// The columns to be read again as texts; throws what is wrong with the rows or, if nothing is, the columns.
    func mostlyTextColumns() throws(IngestionError) -> Set<Int> {
        try faults.throwIfAnyIngesting()
        var mostlyText: Set<Int> = []
        for (index, column) in columns.enumerated() {
            switch column.verdict(rows: rows, title: title(index), limits: limits) {
            case .numeric, .text: break
            case .mostlyText: mostlyText.insert(index)
            case .fault(let detail): faults.add(pointer, detail)
            }
        }
        try faults.throwIfAnyIngesting()
        return mostlyText
    }

    /// The schema, and for each text column the final code of every code in the cells.
    func schema() -> (TableSchema, codes: [Int: [Double]]) {
        var codes: [Int: [Double]] = [:]
        var schema = TableSchema(rows: rows, columns: [])
        for (index, column) in columns.enumerated() {
            let (texts, places) = column.categories.sorted()
            if !texts.isEmpty { codes[index] = places }
            schema.columns.append(
                TableSchema.Column(
                    name: dialect.names[index], kind: texts.isEmpty ? .numeric : .text, categories: texts,
                    missing: column.missing, firstMissingRow: column.firstMissingRow))
        }
        return (schema, codes)
    }
}
