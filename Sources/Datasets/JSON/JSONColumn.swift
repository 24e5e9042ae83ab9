import JSONDocument

/// What a column of JSON values is, and its cells as numbers. The first value that is not null decides.
struct JSONColumn {
    private(set) var kind: TableSchema.Column.Kind?
    private var categories: [String: Int] = [:]
    private(set) var missing = 0
    private(set) var firstMissingRow: Int?

    /// Looks at one value; what is wrong with it goes to `faults`.
    mutating func examine(
        _ node: JSONNode, row: Int, at pointer: @autoclosure () -> String, limits: DatasetLimits, faults: FaultCollector
    ) {
        let found: TableSchema.Column.Kind
        switch node.kind {
        case .number: found = .numeric
        case .string: found = .text
        case .boolean: found = .boolean
        case .null: return countMissing(row: row)
        case .array, .object, .oversized:
            faults.add(pointer(), "must be a number, a string, a boolean or null, not \(describe(node))")
            return
        }
        guard let kind else {
            self.kind = found
            if let text = node.string { collect(text, at: pointer(), limits: limits, faults: faults) }
            return
        }
        if kind != found {
            faults.add(pointer(), "must be \(JSONColumn.words(kind)) like the values before it, not \(describe(node))")
        } else if kind == .text, let text = node.string, categories[text] == nil {
            collect(text, at: pointer(), limits: limits, faults: faults)
        }
    }

    /// Counts a cell without a value.
    mutating func countMissing(row: Int) {
        missing += 1
        if firstMissingRow == nil { firstMissingRow = row }
    }

    private static func words(_ kind: TableSchema.Column.Kind) -> String {
        switch kind {
        case .numeric: "a number"
        case .text: "a string"
        case .boolean: "true or false"
        }
    }

    private mutating func collect(
        _ text: String, at pointer: String, limits: DatasetLimits, faults: FaultCollector
    ) {
        if text.utf8.count > limits.textBytes {
            faults.add(pointer, "must have at most \(limits.textBytes) bytes")
        } else if categories.count == limits.categoriesPerColumn {
            faults.add(pointer, "there are more than \(limits.categoriesPerColumn) distinct texts")
        } else {
            categories[text] = categories.count
        }
    }

    /// Ends the examination: categories get their codes.
    mutating func sort() -> [String] {
        let texts = categories.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        for (code, text) in texts.enumerated() { categories[text] = code }
        return texts
    }

    /// The cell of an examined value; NaN for null.
    func cell(_ node: JSONNode) -> Double {
        switch node.kind {
        case .number: node.number ?? .nan
        case .boolean: node.boolean == true ? 1 : 0
        case .string: node.string.flatMap { categories[$0] }.map(Double.init) ?? .nan
        case .null, .array, .object, .oversized: .nan
        }
    }

    /// The column's entry in a schema.
    mutating func column(name: String?) -> TableSchema.Column {
        TableSchema.Column(
            name: name, kind: kind ?? .numeric, categories: sort(), missing: missing, firstMissingRow: firstMissingRow)
    }
}
