import JSONDocument

extension TableStore {
    /// Reads a JSON data set: `{"x": [[…]], "y": […], "features": [names]?}`, an array of rows `[[1, 2, "a"], …]`
    /// whose columns have no names, or an array of records `[{"a": 1, "species": "setosa"}, …]` whose columns are the
    /// members of the first one; a member that a later record lacks is a missing cell.
    public func ingestJSON(_ node: JSONNode, at pointer: String = "") throws(IngestionError) -> TableReference {
        if node.kind == .array {
            let first = node.elements.first { _ in true }
            return first?.kind == .array ? try ingestRows(node, at: pointer) : try ingestRecords(node, at: pointer)
        }
        let faults = FaultCollector()
        guard node.kind == .object else {
            throw .fault(
                pointer, "must be an object with x and y, or an array of rows or records, not \(describe(node))")
        }
        var reader = ObjectReader(node, at: pointer, faults: faults)
        let x = reader.required("x")
        let y = reader.required("y")
        let names = reader.names("features")
        reader.finish()
        try faults.throwIfAnyIngesting()
        guard let x, let y else { throw .fault(pointer, "needs x and y") }
        let examples = ExamplesNode(x: x, y: y, pointer: pointer)
        return try ingest([examples], names: names, namesPointer: reader.pointer(to: "features"))
    }

    private func ingestRows(_ node: JSONNode, at pointer: String) throws(IngestionError) -> TableReference {
        let width = node.elements.first { _ in true }?.count ?? 0
        guard width > 0 else { throw .fault("\(pointer)/0", "must have at least one cell") }
        try checkSize(rows: node.count, columns: width, at: pointer)
        let faults = FaultCollector()
        var columns = [JSONColumn](repeating: JSONColumn(), count: width)
        for (index, row) in node.elements.enumerated() {
            let here = "\(pointer)/\(index)"
            if row.kind != .array {
                faults.add(here, "must be a row, an array of cells, not \(describe(row))")
            } else if row.count != width {
                faults.add(here, "row \(index + 1) has \(row.count) cells; \(width) are expected")
            } else {
                for (place, cell) in row.elements.enumerated() {
                    columns[place].examine(cell, row: index + 1, at: "\(here)/\(place)", limits: limits, faults: faults)
                }
            }
            if faults.faults.count == FaultCollector.limit { break }
        }
        try faults.throwIfAnyIngesting()
        let schema = TableSchema(rows: node.count, columns: columns.indices.map { columns[$0].column(name: nil) })
        let writer = try writer(columns: width)
        for row in node.elements {
            for (place, cell) in row.elements.enumerated() { writer.row[place] = columns[place].cell(cell) }
            do { try writer.addRow() } catch { throw .storage(error) }
        }
        return try store(writer, schema)
    }

    private func checkSize(rows: Int, columns: Int, at pointer: String) throws(IngestionError) {
        guard columns <= limits.columns, rows <= limits.rows(columns: columns) else {
            let bounds = "at most \(limits.columns) columns and \(limits.cells) cells are allowed"
            throw .fault(pointer, "is too large: \(bounds)")
        }
    }

    private func ingestRecords(_ node: JSONNode, at pointer: String) throws(IngestionError) -> TableReference {
        guard let first = node.elements.first(where: { _ in true }) else {
            throw .fault(pointer, "must have at least one row")
        }
        guard first.kind == .object else {
            throw .fault("\(pointer)/0", "must be a record, an object, not \(describe(first))")
        }
        let names = first.members.map(\.name)
        let rows = node.count
        guard !names.isEmpty else { throw .fault("\(pointer)/0", "must have at least one member") }
        var seen: Set<String> = []
        for name in names where !seen.insert(name).inserted {
            throw .fault("\(pointer)/0/\(pointerToken(name))", "appears more than once")
        }
        try checkSize(rows: rows, columns: names.count, at: pointer)
        var records = RecordReader(names: names, limits: limits)
        for (index, record) in node.elements.enumerated() {
            records.examine(record, row: index + 1, at: "\(pointer)/\(index)")
            if records.faults.faults.count == FaultCollector.limit { break }
        }
        try records.faults.throwIfAnyIngesting()
        let writer = try writer(columns: names.count)
        let schema = TableSchema(rows: rows, columns: names.indices.map { records.columns[$0].column(name: names[$0]) })
        for record in node.elements {
            let cells = UnsafeMutableBufferPointer(start: writer.row, count: names.count)
            cells.update(repeating: .nan)
            records.forEachCell(record) { column, value in cells[column] = records.columns[column].cell(value) }
            do { try writer.addRow() } catch { throw .storage(error) }
        }
        return try store(writer, schema)
    }
}

/// Finds the columns of a record's members.
private struct RecordReader {
    let names: [String]
    let limits: DatasetLimits
    let faults = FaultCollector()
    var columns: [JSONColumn]
    private let positions: [String: Int]

    init(names: [String], limits: DatasetLimits) {
        self.names = names
        self.limits = limits
        columns = names.map { _ in JSONColumn() }
        positions = Dictionary(zip(names, names.indices), uniquingKeysWith: { first, _ in first })
    }

    /// Calls `body` with each member of an examined record.
    func forEachCell(_ record: JSONNode, _ body: (Int, JSONNode) -> Void) {
        for (place, member) in record.members.enumerated() {
            if let column = position(member.name, place) { body(column, member.value) }
        }
    }

    /// Records mostly keep the first one's order.
    private func position(_ name: String, _ place: Int) -> Int? {
        place < names.count && names[place] == name ? place : positions[name]
    }

    mutating func examine(_ record: JSONNode, row: Int, at pointer: String) {
        guard record.kind == .object else {
            return faults.add(pointer, "must be a record, an object, not \(describe(record))")
        }
        var seen = Set<Int>()
        for (place, member) in record.members.enumerated() {
            let here = "\(pointer)/\(pointerToken(member.name))"
            guard let column = position(member.name, place) else {
                faults.add(here, "is not a column: the first record has no such member")
                continue
            }
            if !limits.allowsName(member.name) {
                faults.add(here, "a column's name \(limits.nameRule)")
            }
            guard seen.insert(column).inserted else {
                faults.add(here, "appears more than once")
                continue
            }
            columns[column].examine(member.value, row: row, at: here, limits: limits, faults: faults)
        }
        if seen.count < columns.count {
            for column in columns.indices where !seen.contains(column) { columns[column].countMissing(row: row) }
        }
    }
}

extension ObjectReader {
    /// An array of strings.
    mutating func names(_ name: String) -> [String]? {
        guard let node = value(name) else { return nil }
        guard node.kind == .array else {
            fault(name, "must be an array of strings, not \(describe(node))")
            return nil
        }
        var names: [String] = []
        for (index, element) in node.elements.enumerated() {
            if let text = element.string {
                names.append(text)
            } else {
                faults.add("\(pointer(to: name))/\(index)", "must be a string, not \(describe(element))")
            }
        }
        return names
    }
}
