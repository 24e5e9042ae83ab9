import JSONDocument

/// What a column of JSON values is, and its cells as numbers. The first value that is not null decides.
struct JSONColumn {
    private(set) var kind: TableSchema.Column.Kind?
    private var categories: [String: Int] = [:]
    private(set) var missing = 0
    private(set) var firstMissingRow: Int?

    /// - Parameter kind: where it is known before the first value.
    init(kind: TableSchema.Column.Kind? = nil) { self.kind = kind }

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

    /// The cell of an examined value; NaN for null. Texts have codes in the order met.
    func cell(_ node: JSONNode) -> Double {
        switch node.kind {
        case .number: node.number ?? .nan
        case .boolean: node.boolean == true ? 1 : 0
        case .string: node.string.flatMap { categories[$0] }.map(Double.init) ?? .nan
        case .null, .array, .object, .oversized: .nan
        }
    }

    /// The column's entry in a schema, and for each code given so far the final one: its place in the texts' order.
    func column(name: String?) -> (TableSchema.Column, places: [Double]) {
        let texts = categories.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        var places = [Double](repeating: 0, count: texts.count)
        for (place, text) in texts.enumerated() { places[categories[text] ?? 0] = Double(place) }
        let column = TableSchema.Column(
            name: name, kind: kind ?? .numeric, categories: texts, missing: missing, firstMissingRow: firstMissingRow)
        return (column, places)
    }
}
