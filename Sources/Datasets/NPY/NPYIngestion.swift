import JSONDocument

extension TableStore {
    /// Reads a NumPy array file into a table with unnamed columns: one of them for a 1-D array, shape (rows, columns)
    /// for a 2-D one. NaN is a missing cell; 64-bit integers beyond 2⁵³ are rounded to float64. Booleans stay booleans.
    /// Faults count rows from 1 and columns from 0.
    public func ingestNPY(_ bytes: UnsafeRawBufferPointer, at pointer: String = "") throws(IngestionError)
        -> TableReference
    {
        try ingestNPY(bytes, of: nil, at: pointer)
    }

    /// Reads an uploaded NumPy array file into a table, keeping little of it in memory.
    public func ingestNPY(_ content: UploadedContent) throws(IngestionError) -> TableReference {
        try ingestNPY(content.bytes, of: content, at: "")
    }

    private func ingestNPY(
        _ bytes: UnsafeRawBufferPointer, of content: UploadedContent?, at pointer: String
    ) throws(IngestionError) -> TableReference {
        let header: NPYHeader
        do { header = try NPYHeader(bytes) } catch { throw .fault(pointer, error.reason) }
        guard header.shape.count == 1 || header.shape.count == 2 else {
            throw .fault(pointer, "is an array of \(header.shape.count) dimensions; 1 or 2 are read")
        }
        let rows = header.shape[0]
        let columns = header.shape.count == 2 ? header.shape[1] : 1
        guard rows > 0, columns > 0 else { throw .fault(pointer, "has no cells: its shape is \(header.shape)") }
        if let excess = limits.excess(rows: rows, columns: columns) { throw .fault(pointer, excess) }
        let (cells, tooMany) = rows.multipliedReportingOverflow(by: columns * header.element.size)
        let expected = tooMany ? Int.max : cells
        let found = bytes.count - header.dataOffset
        guard found == expected else {
            let how = found < expected ? "is cut off" : "is too long"
            throw .fault(pointer, "\(how): its shape needs \(expected) bytes of data, it has \(found)")
        }
        let data = UnsafeRawBufferPointer(rebasing: bytes[header.dataOffset...])
        return try store(NPYCells(data, header, rows: rows, columns: columns), of: content, at: pointer)
    }

    private func store(
        _ cells: NPYCells, of content: UploadedContent?, at pointer: String
    ) throws(IngestionError) -> TableReference {
        let writer = try writer(columns: cells.columns)
        let faults = FaultCollector()
        let kind: TableSchema.Column.Kind = cells.header.element == .bool ? .boolean : .numeric
        var schema = TableSchema(
            rows: cells.rows, columns: Array(repeating: TableSchema.Column(name: nil, kind: kind), count: cells.columns)
        )
        var row = 0
        while row < cells.rows && !faults.isFull {
            let count = min(writer.room, cells.rows - row)
            let block = UnsafeMutableBufferPointer(start: writer.row, count: count * cells.columns)
            cells.copy(rows: row..<row + count, to: block)
            if !isFinite(block) { examine(block, row: row, &schema, faults, at: pointer) }
            do { try writer.addRow(count) } catch { throw .storage(error) }
            cells.passed(row..<row + count, of: content)
            row += count
        }
        try faults.throwIfAnyIngesting()
        return try store(writer, schema)
    }

    /// Whether there is neither NaN nor infinity in `cells`; with no branch, for that is the rule.
    private func isFinite(_ cells: UnsafeMutableBufferPointer<Double>) -> Bool {
        // One more than the largest exponent of a number carries into the sign's place.
        let exponentStep: UInt64 = 1 << 52
        var carries: UInt64 = 0
        for cell in cells { carries |= cell.magnitude.bitPattern &+ exponentStep }
        return carries >> 63 == 0
    }

    private func examine(
        _ cells: UnsafeMutableBufferPointer<Double>, row first: Int, _ schema: inout TableSchema,
        _ faults: FaultCollector, at pointer: String
    ) {
        for (index, cell) in cells.enumerated() where !cell.isFinite {
            let (row, column) = index.quotientAndRemainder(dividingBy: schema.columns.count)
            if cell.isNaN {
                cells[index] = .nan
                schema.columns[column].missing += 1
                if schema.columns[column].firstMissingRow == nil {
                    schema.columns[column].firstMissingRow = first + row + 1
                }
            } else {
                faults.add(pointer, "not a finite number: row \(first + row + 1), column \(column): \(cell)")
            }
        }
    }
}

/// The elements of an NPY file as Doubles.
private struct NPYCells {
    let data: UnsafeRawBufferPointer
    let header: NPYHeader
    let rows: Int
    let columns: Int

    init(_ data: UnsafeRawBufferPointer, _ header: NPYHeader, rows: Int, columns: Int) {
        self.data = data
        self.header = header
        self.rows = rows
        self.columns = columns
    }

    /// Puts some rows' elements to `cells`.
    func copy(rows some: Range<Int>, to cells: UnsafeMutableBufferPointer<Double>) {
        switch header.element {
        case .bool: fill(cells, some, UInt8.self) { $0 == 0 ? 0 : 1 }
        case .int8: fill(cells, some, Int8.self) { Double($0) }
        case .int16: fill(cells, some, Int16.self) { Double($0) }
        case .int32: fill(cells, some, Int32.self) { Double($0) }
        case .int64: fill(cells, some, Int64.self) { Double($0) }
        case .uint8: fill(cells, some, UInt8.self) { Double($0) }
        case .uint16: fill(cells, some, UInt16.self) { Double($0) }
        case .uint32: fill(cells, some, UInt32.self) { Double($0) }
        case .uint64: fill(cells, some, UInt64.self) { Double($0) }
        case .float16: fill(cells, some, UInt16.self) { NPYCells.half($0) }
        case .float32: fill(cells, some, UInt32.self) { Double(Float(bitPattern: $0)) }
        case .float64: fill(cells, some, UInt64.self) { Double(bitPattern: $0) }
        }
    }

    @inline(__always)
    private func fill<Word: FixedWidthInteger>(
        _ cells: UnsafeMutableBufferPointer<Double>, _ some: Range<Int>, _: Word.Type, _ number: (Word) -> Double
    ) {
        guard let base = data.baseAddress else { return }
        let isBigEndian = header.isBigEndian
        func element(_ index: Int) -> Double {
            let word = (base + index * MemoryLayout<Word>.size).loadUnaligned(as: Word.self)
            return number(isBigEndian ? Word(bigEndian: word) : Word(littleEndian: word))
        }
        if header.isFortranOrder {
            for column in 0..<columns {
                for row in some { cells[(row - some.lowerBound) * columns + column] = element(column * rows + row) }
            }
        } else {
            let first = some.lowerBound * columns
            for index in cells.indices { cells[index] = element(first + index) }
        }
    }

    /// Tells an upload that `some` more rows were read. Where columns lie one behind the other the rows lie all over the
    /// file, and it is let go now and then as a whole.
    func passed(_ some: Range<Int>, of content: UploadedContent?) {
        guard let content, let start = data.baseAddress, let beginning = content.bytes.baseAddress else { return }
        let size = header.element.size
        if !header.isFortranOrder {
            content.advance(to: start - beginning + some.upperBound * columns * size)
        } else if some.lowerBound * size / NPYCells.columnPart != some.upperBound * size / NPYCells.columnPart {
            content.releaseAll()
        }
    }

    /// Bytes of a column that the system maps at once.
    private static let columnPart = 1 << 16

    /// The number with these IEEE 754 binary16 bits; spelled out, as not every platform has Float16.
    private static func half(_ bits: UInt16) -> Double {
        let exponent = Int(bits >> 10 & 31)
        let fraction = Double(bits & 1023)
        let magnitude: Double =
            switch exponent {
            case 0: fraction * 0x1p-24
            case 31: fraction == 0 ? .infinity : .nan
            default: Double(sign: .plus, exponent: exponent - 15, significand: 1 + fraction / 1024)
            }
        return bits >> 15 == 0 ? magnitude : -magnitude
    }
}
