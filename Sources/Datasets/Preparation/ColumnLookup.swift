import JSONDocument

/// Finds the columns that a job names.
struct ColumnLookup {
    private let schema: TableSchema
    private let positions: [String: Int]

    init(_ schema: TableSchema) {
        self.schema = schema
        var positions: [String: Int] = [:]
        for (index, column) in schema.columns.enumerated() {
            if let name = column.name { positions[name] = index }
        }
        self.positions = positions
    }

    /// The column's number; an unknown one is a fault.
    func find(_ reference: ColumnReference, at pointer: String, _ faults: FaultCollector) -> Int? {
        switch reference {
        case .index(let index):
            if schema.columns.indices.contains(index) { return index }
            faults.add(
                pointer, "there is no column \(index): columns are numbered from 0 to \(schema.columns.count - 1)")
        case .name(let name):
            if let index = positions[name] { return index }
            faults.add(pointer, "there is no column \"\(name.prefix(40))\"; \(suggestion(name))")
        }
        return nil
    }

    private func suggestion(_ name: String) -> String {
        // The names of a very wide table would take too long to compare with.
        let names = schema.columns.lazy.compactMap(\.name).prefix(2_000)
        if names.isEmpty { return "the columns have no names, use their numbers from 0" }
        let wanted = Array(name.utf8.prefix(100))
        let nearest = names.map { (distance: editDistance(wanted, Array($0.utf8.prefix(100))), name: $0) }
            .sorted { $0.distance < $1.distance }.prefix(3)
        return "the nearest names are " + nearest.map { "\"\($0.name.prefix(40))\"" }.joined(separator: ", ")
    }
}

/// Levenshtein's distance: the least insertions, deletions and substitutions that turn one text into the other.
func editDistance(_ a: [UInt8], _ b: [UInt8]) -> Int {
    var row = Array(0...b.count)
    for (i, left) in a.enumerated() {
        var diagonal = row[0]
        row[0] = i + 1
        for (j, right) in b.enumerated() {
            let above = row[j + 1]
            row[j + 1] = min(above + 1, row[j] + 1, diagonal + (left == right ? 0 : 1))
            diagonal = above
        }
    }
    return row[b.count]
}
