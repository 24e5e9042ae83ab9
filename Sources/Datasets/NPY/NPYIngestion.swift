import JSONDocument

extension TableStore {
    /// Reads a NumPy array file into a table with unnamed columns: one of them for a 1-D array, shape (rows, columns)
    /// for a 2-D one. NaN is a missing cell; 64-bit integers beyond 2⁵³ are rounded to float64. Booleans stay booleans.
    /// Faults count rows from 1 and columns from 0.
    public func ingestNPY(_ bytes: UnsafeRawBufferPointer, at pointer: String = "") throws(IngestionError)
        -> TableReference
    {
        let header: NPYHeader
        do { header = try NPYHeader(bytes) } catch { throw .fault(pointer, error.reason) }
        guard header.shape.count == 1 || header.shape.count == 2 else {
            throw .fault(pointer, "is an array of \(header.shape.count) dimensions; 1 or 2 are read")
        }
        let rows = header.shape[0]
        let columns = header.shape.count == 2 ? header.shape[1] : 1
        guard rows > 0, columns > 0 else { throw .fault(pointer, "has no cells: its shape is \(header.shape)") }
        guard columns <= limits.columns, rows <= limits.rows(columns: columns) else {
            throw .fault(
                pointer, "is too large: at most \(limits.columns) columns and \(limits.cells) cells are allowed")
        }
        let (cells, tooMany) = rows.multipliedReportingOverflow(by: columns * header.element.size)
        let expected = tooMany ? Int.max : cells
        let found = bytes.count - header.dataOffset
        guard found == expected else {
            let how = found < expected ? "is cut off" : "is too long"
            throw .fault(pointer, "\(how): its shape needs \(expected) bytes of data, it has \(found)")
        }
        let data = UnsafeRawBufferPointer(rebasing: bytes[header.dataOffset...])
        return try store(NPYCells(data, header, rows: rows, columns: columns), at: pointer)
    }

    private func store(_ cells: NPYCells, at pointer: String) throws(IngestionError) -> TableReference {
        let writer = try writer(columns: cells.columns)
        let faults = FaultCollector()
        let kind: TableSchema.Column.Kind = cells.header.element == .bool ? .boolean : .numeric
        var schema = TableSchema(
            rows: cells.rows, columns: Array(repeating: TableSchema.Column(name: nil, kind: kind), count: cells.columns)
        )
        for row in 0..<cells.rows {
            let destination = writer.row
            cells.copy(row: row, to: destination)
            for column in 0..<cells.columns where !destination[column].isFinite {
                if destination[column].isNaN {
                    destination[column] = .nan
                    schema.columns[column].missing += 1
                    if schema.columns[column].firstMissingRow == nil {
                        schema.columns[column].firstMissingRow = row + 1
                    }
                } else {
                    faults.add(pointer, "not a finite number: row \(row + 1), column \(column): \(destination[column])")
                }
            }
            if faults.faults.count == FaultCollector.limit { break }
            do { try writer.addRow() } catch { throw .storage(error) }
        }
        try faults.throwIfAnyIngesting()
        return try store(writer, schema)
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

    /// Puts one row's elements to `cells`.
    func copy(row: Int, to cells: UnsafeMutablePointer<Double>) {
        func word<Word: FixedWidthInteger>(_ index: Int, _: Word.Type) -> Word {
            let word = data.loadUnaligned(fromByteOffset: index * MemoryLayout<Word>.size, as: Word.self)
            return header.isBigEndian ? Word(bigEndian: word) : Word(littleEndian: word)
        }
        let first = header.isFortranOrder ? row : row * columns
        let step = header.isFortranOrder ? rows : 1
        func fill(_ element: (Int) -> Double) {
            for column in 0..<columns { cells[column] = element(first + column * step) }
        }
        switch header.element {
        case .bool: fill { word($0, UInt8.self) == 0 ? 0 : 1 }
        case .int8: fill { Double(word($0, Int8.self)) }
        case .int16: fill { Double(word($0, Int16.self)) }
        case .int32: fill { Double(word($0, Int32.self)) }
        case .int64: fill { Double(word($0, Int64.self)) }
        case .uint8: fill { Double(word($0, UInt8.self)) }
        case .uint16: fill { Double(word($0, UInt16.self)) }
        case .uint32: fill { Double(word($0, UInt32.self)) }
        case .uint64: fill { Double(word($0, UInt64.self)) }
        case .float16: fill { NPYCells.half(word($0, UInt16.self)) }
        case .float32: fill { Double(Float(bitPattern: word($0, UInt32.self))) }
        case .float64: fill { Double(bitPattern: word($0, UInt64.self)) }
        }
    }

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
