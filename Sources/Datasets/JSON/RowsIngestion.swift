import JSONDocument

extension TableStore {
    /// Reads the rows of an array whose first element, an array, is at the scanner.
    func ingestRows(_ scanner: inout JSONScanner, at pointer: String) throws -> TableReference {
        let start = scanner.cursor
        let width = try scanner.value().count
        if width == 0 || width > limits.columns {
            let rows = 1 + (try scanner.skipElements())
            try scanner.finish()
            throw sizeFault(rows: rows, columns: width, at: pointer)
                ?? .fault("\(pointer)/0", "must have at least one cell")
        }
        scanner.move(to: start)
        let columns = [StreamedColumn](repeating: StreamedColumn(limits: limits), count: width)
        var pass = RowsPass(StreamedRows(columns: columns), limits: limits, pointer: pointer)
        let writer = try writer(columns: width)
        var rows = 0
        repeat {
            rows += 1
            if rows > limits.rows(columns: width) || pass.faults.isFull {
                _ = try scanner.value()
            } else if try pass.take(&scanner, row: rows, into: writer.row) {
                try add(to: writer)
            }
        } while try scanner.goesOn()
        try scanner.finish()
        if let fault = sizeFault(rows: rows, columns: width, at: pointer) { throw fault }
        try pass.faults.throwIfAnyIngesting()
        let (schema, codes) = pass.rows.schema(rows: rows, names: Array(repeating: nil, count: width))
        return try store(writer, schema, codes: codes)
    }

    /// Takes the row put into a writer.
    func add(to writer: TableWriter) throws(IngestionError) {
        do { try writer.addRow() } catch { throw .storage(error) }
    }
}

extension FaultCollector {
    /// Whether no more faults are taken.
    var isFull: Bool { faults.count >= FaultCollector.limit }
}

/// Reads rows whose cells are numbers, strings, booleans or null.
private struct RowsPass {
    var rows: StreamedRows
    let limits: DatasetLimits
    let pointer: String
    let faults = FaultCollector()

    init(_ rows: StreamedRows, limits: DatasetLimits, pointer: String) {
        self.rows = rows
        self.limits = limits
        self.pointer = pointer
    }

    /// Reads the row at the scanner; whether all is well with it.
    mutating func take(
        _ scanner: inout JSONScanner, row: Int, into cells: UnsafeMutablePointer<Double>
    ) throws -> Bool {
        _ = scanner.peek()
        if rows.takePlainRow(&scanner, row: row, into: cells) { return true }
        let here = "\(pointer)/\(row - 1)"
        let value = try PassedValue(&scanner)
        guard value.shape.isArray else {
            faults.add(here, "must be a row, an array of cells, not \(try value.words())")
            return false
        }
        guard value.shape.count == rows.columns.count else {
            faults.add(here, "row \(row) has \(value.shape.count) cells; \(rows.columns.count) are expected")
            return false
        }
        let before = faults.faults.count
        var spelled = JSONScanner(value.text)
        _ = try spelled.enter()
        for (place, cell) in try value.node().elements.enumerated() {
            rows.columns[place].values.examine(
                cell, row: row, at: "\(here)/\(place)", limits: limits, faults: faults)
            cells[place] = rows.columns[place].cell(cell, spelled: try PassedValue(&spelled).text)
            _ = try spelled.goesOn()
        }
        rows.learnKinds()
        return faults.faults.count == before
    }
}
