import Datasets
import JSONDocument

/// What a JSON data set should become, read from the whole parsed document in as many passes as there are checks: the
/// naive twin of `TableStore.ingestJSON`.
struct NaiveTable {
    var schema: TableSchema
    var rows: [[Double]]

    init(_ text: [UInt8], limits: DatasetLimits) throws {
        let root = try JSONDocument.parse(text).root
        if root.kind == .array {
            let first = root.elements.first { _ in true }
            self = try first?.kind == .array ? .rows(root, limits) : .records(root, limits)
            return
        }
        let faults = FaultCollector()
        guard root.kind == .object else {
            throw Faults(
                pointer: "",
                detail: "must be an object with x and y, or an array of rows or records, not \(describe(root))")
        }
        var reader = ObjectReader(root, at: "", faults: faults)
        let x = reader.required("x")
        let y = reader.required("y")
        var names: [String]?
        if let node = reader.value("features") {
            if node.kind == .array {
                names = []
                for (index, element) in node.elements.enumerated() {
                    if let text = element.string {
                        names?.append(text)
                    } else {
                        faults.add("/features/\(index)", "must be a string, not \(describe(element))")
                    }
                }
            } else {
                faults.add("/features", "must be an array of strings, not \(describe(node))")
            }
        }
        reader.finish()
        try faults.throwIfAny()
        guard let x, let y else { throw Faults(pointer: "", detail: "needs x and y") }
        self = try .examples(x, y, names, limits)
    }

    private init(schema: TableSchema, rows: [[Double]]) {
        self.schema = schema
        self.rows = rows
    }

    private static func rowLimit(_ limits: DatasetLimits, _ columns: Int) -> Int { limits.cells / columns }

    private static func checkSize(_ rows: Int, _ columns: Int, _ limits: DatasetLimits, _ pointer: String) throws {
        if let excess = limits.excess(rows: rows, columns: columns) { throw Faults(pointer: pointer, detail: excess) }
    }

    private static func rows(_ node: JSONNode, _ limits: DatasetLimits) throws -> NaiveTable {
        let width = node.elements.first { _ in true }?.count ?? 0
        guard width > 0 else { throw Faults(pointer: "/0", detail: "must have at least one cell") }
        try checkSize(node.count, width, limits, "")
        let faults = FaultCollector()
        var columns = [NaiveColumn](repeating: NaiveColumn(), count: width)
        for (index, row) in node.elements.enumerated() {
            if row.kind != .array {
                faults.add("/\(index)", "must be a row, an array of cells, not \(describe(row))")
            } else if row.count != width {
                faults.add("/\(index)", "row \(index + 1) has \(row.count) cells; \(width) are expected")
            } else {
                for (place, cell) in row.elements.enumerated() {
                    columns[place].examine(cell, index + 1, "/\(index)/\(place)", limits, faults)
                }
            }
            if faults.faults.count == FaultCollector.limit { break }
        }
        try faults.throwIfAny()
        let schema = TableSchema(rows: node.count, columns: columns.map { $0.entry(nil) })
        return NaiveTable(
            schema: schema,
            rows: node.elements.map { row in zip(columns, row.elements).map { $0.cell($1) } })
    }

    private static func records(_ node: JSONNode, _ limits: DatasetLimits) throws -> NaiveTable {
        guard let first = node.elements.first(where: { _ in true }) else {
            throw Faults(pointer: "", detail: "must have at least one row")
        }
        guard first.kind == .object else {
            throw Faults(pointer: "/0", detail: "must be a record, an object, not \(describe(first))")
        }
        let names = first.members.map(\.name)
        guard !names.isEmpty else { throw Faults(pointer: "/0", detail: "must have at least one member") }
        for (index, name) in names.enumerated() where names[..<index].contains(name) {
            throw Faults(pointer: "/0/\(pointerToken(name))", detail: "appears more than once")
        }
        try checkSize(node.count, names.count, limits, "")
        let faults = FaultCollector()
        var columns = [NaiveColumn](repeating: NaiveColumn(), count: names.count)
        for (index, record) in node.elements.enumerated() {
            guard record.kind == .object else {
                faults.add("/\(index)", "must be a record, an object, not \(describe(record))")
                continue
            }
            var seen = Set<Int>()
            for member in record.members {
                let here = "/\(index)/\(pointerToken(member.name))"
                guard let column = names.firstIndex(of: member.name) else {
                    faults.add(here, "is not a column: the first record has no such member")
                    continue
                }
                if member.name.isEmpty || member.name.utf8.count > limits.textBytes || member.name.utf8.contains(0) {
                    faults.add(
                        here, "a column's name must have 1 to \(limits.textBytes) bytes, none of them NUL")
                }
                guard seen.insert(column).inserted else {
                    faults.add(here, "appears more than once")
                    continue
                }
                columns[column].examine(member.value, index + 1, here, limits, faults)
            }
            for column in columns.indices where !seen.contains(column) { columns[column].countMissing(index + 1) }
        }
        try faults.throwIfAny()
        let schema = TableSchema(rows: node.count, columns: zip(columns, names).map { $0.entry($1) })
        let rows = node.elements.map { record in
            var cells = [Double](repeating: .nan, count: names.count)
            for member in record.members {
                if let column = names.firstIndex(of: member.name) { cells[column] = columns[column].cell(member.value) }
            }
            return cells
        }
        return NaiveTable(schema: schema, rows: rows)
    }

    private static func examples(
        _ x: JSONNode, _ y: JSONNode, _ given: [String]?, _ limits: DatasetLimits
    ) throws -> NaiveTable {
        let faults = FaultCollector()
        if x.kind != .array { faults.add("/x", "must be an array of rows, not \(describe(x))") }
        if y.kind != .array { faults.add("/y", "must be an array of targets, not \(describe(y))") }
        try faults.throwIfAny()
        if x.count == 0 { faults.add("/x", "must have at least one row") }
        if y.count != x.count { faults.add("/y", "has \(y.count) targets for \(x.count) rows of x") }
        try faults.throwIfAny()
        let width = x.elements.first { _ in true }?.count ?? 0
        guard width > 0 else { throw Faults(pointer: "/x/0", detail: "must have at least one number") }
        try checkSize(x.count, width + 1, limits, "/x")
        for (index, row) in x.elements.enumerated() {
            if row.kind != .array {
                faults.add("/x/\(index)", "must be a row, an array of numbers, not \(describe(row))")
            } else if row.count != width {
                let cells = row.count == 1 ? "1 cell" : "\(row.count) cells"
                faults.add("/x/\(index)", "row \(index + 1) has \(cells); \(width) are expected")
            }
        }
        try faults.throwIfAny()
        let names = given ?? (0..<width).map { "x\($0)" }
        if names.count != width { faults.add("/features", "has \(names.count) names for \(width) columns of x") }
        for (index, name) in names.enumerated() {
            if name.isEmpty || name.utf8.count > limits.textBytes || name.utf8.contains(0) {
                faults.add("/features/\(index)", "must have 1 to \(limits.textBytes) bytes, none of them NUL")
            } else if name == "y" || names[..<index].contains(name) {
                let other = name == "y" ? "is the target's name" : "appears more than once"
                faults.add("/features/\(index)", "\"\(name.prefix(40))\" \(other)")
            }
        }
        try faults.throwIfAny()
        var target = NaiveColumn()
        for (index, node) in y.elements.enumerated() { target.examine(node, index + 1, "/y/\(index)", limits, faults) }
        try faults.throwIfAny()
        var columns = [NaiveColumn](repeating: NaiveColumn(), count: width)
        for (index, row) in x.elements.enumerated() {
            for (place, cell) in row.elements.enumerated() {
                if cell.kind == .number || cell.kind == .null {
                    columns[place].examine(cell, index + 1, "", limits, faults)
                } else {
                    faults.add("/x/\(index)/\(place)", "must be a number or null, not \(cell.kind.rawValue)")
                    break
                }
            }
        }
        try faults.throwIfAny()
        var schema = TableSchema(rows: x.count, columns: zip(columns, names).map { $0.entry($1) }, target: width)
        schema.columns.append(target.entry("y"))
        let rows = zip(x.elements, y.elements).map { row, y in
            zip(columns, row.elements).map { $0.cell($1) } + [target.cell(y)]
        }
        return NaiveTable(schema: schema, rows: rows)
    }
}

private struct NaiveColumn {
    var kind: TableSchema.Column.Kind?
    var texts: [String] = []
    var missing = 0
    var firstMissingRow: Int?

    mutating func countMissing(_ row: Int) {
        missing += 1
        firstMissingRow = firstMissingRow ?? row
    }

    mutating func examine(
        _ node: JSONNode, _ row: Int, _ pointer: String, _ limits: DatasetLimits, _ faults: FaultCollector
    ) {
        let found: TableSchema.Column.Kind
        switch node.kind {
        case .null: return countMissing(row)
        case .number: found = .numeric
        case .string: found = .text
        case .boolean: found = .boolean
        case .array, .object, .oversized:
            return faults.add(pointer, "must be a number, a string, a boolean or null, not \(describe(node))")
        }
        if let kind, kind != found {
            let words = [TableSchema.Column.Kind.numeric: "a number", .text: "a string", .boolean: "true or false"]
            return faults.add(
                pointer, "must be \(words[kind] ?? "") like the values before it, not \(describe(node))")
        }
        kind = found
        guard let text = node.string, !texts.contains(text) else { return }
        if text.utf8.count > limits.textBytes {
            faults.add(pointer, "must have at most \(limits.textBytes) bytes")
        } else if texts.count == limits.categoriesPerColumn {
            faults.add(pointer, "there are more than \(limits.categoriesPerColumn) distinct texts")
        } else {
            texts.append(text)
        }
    }

    private var categories: [String] { texts.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) } }

    func cell(_ node: JSONNode) -> Double {
        switch node.kind {
        case .number: node.number ?? .nan
        case .boolean: node.boolean == true ? 1 : 0
        case .string: categories.firstIndex { $0 == node.string }.map(Double.init) ?? .nan
        default: .nan
        }
    }

    func entry(_ name: String?) -> TableSchema.Column {
        TableSchema.Column(
            name: name, kind: kind ?? .numeric, categories: categories, missing: missing,
            firstMissingRow: firstMissingRow)
    }
}
