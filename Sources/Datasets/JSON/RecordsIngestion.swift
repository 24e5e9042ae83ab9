import JSONDocument

extension TableStore {
    /// Reads the records of an array whose first element, an object, is at the scanner.
    func ingestRecords(_ scanner: inout JSONScanner, at pointer: String) throws -> TableReference {
        let first = try PassedValue(&scanner)
        guard first.shape.count > 0, first.shape.count <= limits.columns else {
            let rows = 1 + (try scanner.skipElements())
            try scanner.finish()
            throw sizeFault(rows: rows, columns: first.shape.count, at: pointer)
                ?? .fault("\(pointer)/0", "must have at least one member")
        }
        let names = try first.node().members.map(\.name)
        var seen: Set<String> = []
        for name in names where !seen.insert(name).inserted {
            _ = try scanner.skipElements()
            try scanner.finish()
            throw IngestionError.fault("\(pointer)/0/\(pointerToken(name))", "appears more than once")
        }
        scanner.move(to: UnsafePointer(first.text.assumingMemoryBound(to: UInt8.self).baseAddress ?? scanner.cursor))
        var pass = RecordsPass(names, spelled: try RecordsPass.spelledNames(first), limits: limits, pointer: pointer)
        let writer = try writer(columns: names.count)
        var rows = 0
        repeat {
            rows += 1
            if rows > limits.rows(columns: names.count) || pass.faults.isFull {
                _ = try scanner.value()
            } else if try pass.take(&scanner, row: rows, into: writer.row) {
                try add(to: writer)
            }
        } while try scanner.goesOn()
        try scanner.finish()
        if let fault = sizeFault(rows: rows, columns: names.count, at: pointer) { throw fault }
        try pass.faults.throwIfAnyIngesting()
        let (schema, codes) = pass.records.schema(rows: rows, names: names)
        return try store(writer, schema, codes: codes)
    }
}

/// Reads records and finds the columns of their members.
private struct RecordsPass {
    let names: [String]
    let limits: DatasetLimits
    let pointer: String
    let faults = FaultCollector()
    var records: StreamedRows
    private let positions: [String: Int]
    private let areNamesAllowed: Bool

    init(_ names: [String], spelled: [UnsafeRawBufferPointer], limits: DatasetLimits, pointer: String) {
        self.names = names
        self.limits = limits
        self.pointer = pointer
        let columns = [StreamedColumn](repeating: StreamedColumn(limits: limits), count: names.count)
        records = StreamedRows(columns: columns, names: spelled)
        positions = Dictionary(zip(names, names.indices), uniquingKeysWith: { first, _ in first })
        areNamesAllowed = names.allSatisfy(limits.allowsName)
    }

    /// The names of a record's members, with their quotes.
    static func spelledNames(_ record: PassedValue) throws -> [UnsafeRawBufferPointer] {
        var names: [UnsafeRawBufferPointer] = []
        var scanner = JSONScanner(record.text)
        guard try scanner.enter() else { return [] }
        repeat {
            names.append(try scanner.name())
            _ = try scanner.value()
        } while try scanner.goesOn()
        return names
    }

    /// Reads the record at the scanner; whether all is well with it.
    mutating func take(
        _ scanner: inout JSONScanner, row: Int, into cells: UnsafeMutablePointer<Double>
    ) throws -> Bool {
        _ = scanner.peek()
        if areNamesAllowed, records.takePlainRecord(&scanner, row: row, into: cells) { return true }
        let here = "\(pointer)/\(row - 1)"
        let value = try PassedValue(&scanner)
        guard value.shape.isObject else {
            faults.add(here, "must be a record, an object, not \(try value.words())")
            return false
        }
        let before = faults.faults.count
        try examine(value, row: row, at: here, cells)
        records.learnKinds()
        return faults.faults.count == before
    }

    private mutating func examine(
        _ record: PassedValue, row: Int, at pointer: String, _ cells: UnsafeMutablePointer<Double>
    ) throws {
        var seen = Set<Int>()
        for column in names.indices { cells[column] = .nan }
        var spelled = JSONScanner(record.text)
        guard try spelled.enter() else { return countMissing(row, but: seen) }
        for (place, member) in try record.node().members.enumerated() {
            _ = try spelled.name()
            let value = try PassedValue(&spelled)
            _ = try spelled.goesOn()
            if let column = column(of: member.name, place, at: pointer, &seen) {
                let here = "\(pointer)/\(pointerToken(member.name))"
                records.columns[column].values.examine(
                    member.value, row: row, at: here, limits: limits, faults: faults)
                cells[column] = records.columns[column].cell(member.value, spelled: value.text)
            }
        }
        countMissing(row, but: seen)
    }

    private mutating func countMissing(_ row: Int, but seen: Set<Int>) {
        if seen.count == names.count { return }
        for column in names.indices where !seen.contains(column) {
            records.columns[column].values.countMissing(row: row)
        }
    }

    /// The column of a record's member; nil, with a fault, if there is none or it had its value.
    private func column(of name: String, _ place: Int, at pointer: String, _ seen: inout Set<Int>) -> Int? {
        let here = "\(pointer)/\(pointerToken(name))"
        // Records mostly keep the first one's order.
        guard let column = place < names.count && names[place] == name ? place : positions[name] else {
            faults.add(here, "is not a column: the first record has no such member")
            return nil
        }
        if !limits.allowsName(name) { faults.add(here, "a column's name \(limits.nameRule)") }
        guard seen.insert(column).inserted else {
            faults.add(here, "appears more than once")
            return nil
        }
        return column
    }
}
