import JSONDocument

extension InputEncoding {
    /// Encodes and normalises the rows of a prediction: `[[cell, …], …]`, a number, a string (text columns), true or
    /// false (boolean columns; 0 and 1 will do) or null (only if the model fills missing cells) for each column.
    /// - Returns: (rows, inputs), row-major.
    public func encode(_ rows: JSONNode, at pointer: String) throws(Faults) -> [Double] {
        guard rows.kind == .array else {
            throw Faults(pointer: pointer, detail: "must be an array of rows, not \(describe(rows))")
        }
        let faults = FaultCollector()
        let lookups = columns.map { $0.kind == .text ? CategoryLookup($0.categories) : nil }
        var encoded: [Double] = []
        encoded.reserveCapacity(rows.count * inputCount)
        for (index, row) in rows.elements.enumerated() {
            let here = "\(pointer)/\(index)"
            if row.kind != .array {
                faults.add(here, "must be a row, an array of cells, not \(describe(row))")
            } else if row.count != columns.count {
                faults.add(here, "row \(index + 1) has \(cellCount(row.count)); the model takes \(columns.count)")
            } else {
                append(row, lookups, to: &encoded, at: here, faults)
            }
            if faults.faults.count == FaultCollector.limit { break }
        }
        try faults.throwIfAny()
        return encoded
    }

    private func append(
        _ row: JSONNode, _ lookups: [CategoryLookup?], to encoded: inout [Double], at pointer: String,
        _ faults: FaultCollector
    ) {
        var input = 0
        for (place, cell) in row.elements.enumerated() {
            let column = columns[place]
            let width = lookups[place] == nil ? 1 : column.categories.count
            if cell.isNull {
                if let fill {
                    for k in input..<input + width { encoded.append(normalize(fill[k], k)) }
                } else {
                    faults.add(
                        "\(pointer)/\(place)", "\(title(place)) is missing, and the model fills no missing cells")
                }
            } else if let lookup = lookups[place] {
                if let code = code(cell, lookup, place, at: pointer, faults) {
                    for k in 0..<width { encoded.append(normalize(k == code ? 1 : 0, input + k)) }
                }
            } else if let number = cell.number ?? flag(cell, column) {
                encoded.append(normalize(number, input))
            } else {
                faults.add("\(pointer)/\(place)", "\(title(place)) must be a number, not \(describe(cell))")
            }
            input += width
        }
    }

    private func title(_ place: Int) -> String { columnTitle(name: columns[place].name, index: columns[place].index) }

    private func normalize(_ value: Double, _ input: Int) -> Double { (value - mean[input]) / standardDeviation[input] }

    private func flag(_ cell: JSONNode, _ column: Column) -> Double? {
        column.kind == .boolean ? cell.boolean.map { $0 ? 1 : 0 } : nil
    }

    private func code(
        _ cell: JSONNode, _ lookup: CategoryLookup, _ place: Int, at pointer: String, _ faults: FaultCollector
    ) -> Int? {
        guard let text = cell.string else {
            faults.add("\(pointer)/\(place)", "\(title(place)) must be a string, not \(describe(cell))")
            return nil
        }
        guard let code = lookup.code(of: text) else {
            let known = lookup.categories.prefix(10).map { "\"\($0.prefix(40))\"" }.joined(separator: ", ")
            let more = lookup.categories.count > 10 ? ", …" : ""
            faults.add(
                "\(pointer)/\(place)", "\(title(place)) has no category \(describe(cell)); it has \(known)\(more)")
            return nil
        }
        return code
    }
}

/// Finds a text among categories that are sorted by their bytes.
private struct CategoryLookup {
    let categories: [String]

    init(_ categories: [String]) { self.categories = categories }

    func code(of text: String) -> Int? {
        var low = 0
        var high = categories.count
        while low < high {
            let middle = (low + high) / 2
            if categories[middle].utf8.lexicographicallyPrecedes(text.utf8) { low = middle + 1 } else { high = middle }
        }
        return low < categories.count && categories[low].utf8.elementsEqual(text.utf8) ? low : nil
    }
}
