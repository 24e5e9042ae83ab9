import JSONDocument

/// Examples as JSON: `x` an array of rows, `y` a target for each, perhaps a weight for each.
struct ExamplesNode {
    let x: JSONNode
    let y: JSONNode
    let weights: JSONNode?
    /// JSON pointer of the object that has them.
    let pointer: String
    /// Rows of x.
    let rows: Int

    init(x: JSONNode, y: JSONNode, weights: JSONNode? = nil, pointer: String) {
        self.x = x
        self.y = y
        self.weights = weights
        self.pointer = pointer
        rows = x.count
    }
}

extension TableStore {
    /// Stores examples as one table, part after part: columns x0, x1, … (or `names`), the target y and, where the parts
    /// have them, the weights. In x null is a missing cell; y holds numbers, strings or booleans.
    /// - Parameter namesPointer: where faults of `names` are.
    func ingest(
        _ parts: [ExamplesNode], names: [String]?, namesPointer: String
    ) throws(IngestionError) -> TableReference {
        let faults = FaultCollector()
        for part in parts { part.checkShape(faults) }
        try faults.throwIfAnyIngesting()
        let width = parts[0].x.elements.first { _ in true }?.count ?? 0
        let rows = parts.reduce(0) { $0 + $1.rows }
        guard width > 0 else { throw .fault("\(parts[0].pointer)/x/0", "must have at least one number") }
        let hasWeights = parts[0].weights != nil
        let columns = width + (hasWeights ? 2 : 1)
        if let excess = limits.excess(rows: rows, columns: columns) { throw .fault("\(parts[0].pointer)/x", excess) }
        for part in parts { part.checkWidth(width, isFirst: part.pointer == parts[0].pointer, faults) }
        try faults.throwIfAnyIngesting()
        let featureNames = names ?? (0..<width).map { "x\($0)" }
        checkNames(featureNames, width: width, hasWeights: hasWeights, at: namesPointer, faults)
        try faults.throwIfAnyIngesting()
        var target = JSONColumn()
        var weights = JSONColumn(kind: .numeric)
        var row = 0
        for part in parts {
            let first = row
            for (index, node) in part.y.elements.enumerated() {
                row += 1
                target.examine(node, row: row, at: "\(part.pointer)/y/\(index)", limits: limits, faults: faults)
            }
            part.checkWeights(&weights, rowsBefore: first, faults)
        }
        try faults.throwIfAnyIngesting()
        let writer = try writer(columns: columns)
        var schema = TableSchema(rows: rows, columns: featureNames.map { TableSchema.Column(name: $0) }, target: width)
        let (column, codes) = target.column(name: "y")
        schema.columns.append(column)
        if hasWeights {
            schema.columns.append(weights.column(name: sampleWeightName).0)
            schema.sampleWeight = width + 1
        }
        for part in parts { try part.write(to: writer, width: width, target: target, &schema, faults) }
        try faults.throwIfAnyIngesting()
        return try store(writer, schema, codes: codes.isEmpty ? [:] : [width: codes])
    }

    /// Checks the names of x's columns.
    func checkNames(
        _ names: [String], width: Int, hasWeights: Bool = false, at pointer: String, _ faults: FaultCollector
    ) {
        if names.count != width { faults.add(pointer, "has \(names.count) names for \(width) columns of x") }
        var seen: Set<String> = hasWeights ? ["y", sampleWeightName] : ["y"]
        for (index, name) in names.enumerated() {
            if !limits.allowsName(name) {
                faults.add("\(pointer)/\(index)", limits.nameRule)
            } else if !seen.insert(name).inserted {
                let other =
                    switch name {
                    case "y": "is the target's name"
                    case sampleWeightName where hasWeights: "is the weights' name"
                    default: "appears more than once"
                    }
                faults.add("\(pointer)/\(index)", "\"\(name.prefix(40))\" \(other)")
            }
        }
    }
}

/// The column of the weights that came beside x and y.
private let sampleWeightName = "sample_weight"

extension ExamplesNode {
    fileprivate func checkShape(_ faults: FaultCollector) {
        if x.kind != .array { faults.add("\(pointer)/x", "must be an array of rows, not \(describe(x))") }
        if y.kind != .array { faults.add("\(pointer)/y", "must be an array of targets, not \(describe(y))") }
        if let weights, weights.kind != .array {
            faults.add("\(pointer)/sample_weight", "must be an array of weights, not \(describe(weights))")
        }
        guard x.kind == .array, y.kind == .array else { return }
        if rows == 0 { faults.add("\(pointer)/x", "must have at least one row") }
        if y.count != rows { faults.add("\(pointer)/y", "has \(y.count) targets for \(rows) rows of x") }
        if let weights, weights.kind == .array, weights.count != rows {
            faults.add("\(pointer)/sample_weight", "has \(weights.count) weights for \(rows) rows of x")
        }
    }

    /// Looks at the weights, before which there are `rowsBefore` of other parts.
    fileprivate func checkWeights(_ column: inout JSONColumn, rowsBefore: Int, _ faults: FaultCollector) {
        guard let weights else { return }
        for (index, node) in weights.elements.enumerated() {
            switch node.kind {
            case .number: break
            case .null: column.countMissing(row: rowsBefore + index + 1)
            default: faults.add("\(pointer)/sample_weight/\(index)", "must be a number, not \(describe(node))")
            }
            if faults.faults.count == FaultCollector.limit { return }
        }
    }

    fileprivate func checkWidth(_ width: Int, isFirst: Bool, _ faults: FaultCollector) {
        for (index, row) in x.elements.enumerated() {
            if row.kind != .array {
                faults.add("\(pointer)/x/\(index)", "must be a row, an array of numbers, not \(describe(row))")
            } else if row.count != width {
                if !isFirst && index == 0 {
                    faults.add("\(pointer)/x", "has \(row.count) columns, the training set has \(width)")
                    return
                }
                faults.add(
                    "\(pointer)/x/\(index)", "row \(index + 1) has \(cellCount(row.count)); \(width) are expected")
            }
            if faults.faults.count == FaultCollector.limit { return }
        }
    }

    fileprivate func write(
        to writer: TableWriter, width: Int, target: JSONColumn, _ schema: inout TableSchema, _ faults: FaultCollector
    ) throws(IngestionError) {
        var targets = y.elements
        var weights = weights?.elements
        for (index, row) in x.elements.enumerated() {
            let cells = UnsafeMutableBufferPointer(start: writer.row, count: width + (weights == nil ? 1 : 2))
            switch row.copyNumbers(into: UnsafeMutableBufferPointer(rebasing: cells[0..<width])) {
            case .copied(_, nulls: 0): break
            case .copied: schema.countMissing(in: cells[0..<width], row: writer.rows + 1)
            case .notANumber(let position, let kind):
                faults.add("\(pointer)/x/\(index)/\(position)", "must be a number or null, not \(kind.rawValue)")
                if faults.faults.count == FaultCollector.limit { return }
                for cell in 0..<width { cells[cell] = .nan }
            case .tooLong(let count):
                throw .fault("\(pointer)/x/\(index)", "row \(index + 1) has \(cellCount(count)); \(width) are expected")
            }
            cells[width] = targets.next().map(target.cell) ?? .nan
            if weights != nil { cells[width + 1] = weights?.next()?.number ?? .nan }
            do { try writer.addRow() } catch { throw .storage(error) }
        }
    }
}

extension TableSchema {
    /// Counts the NaNs of a row's first cells as missing.
    mutating func countMissing(in cells: Slice<UnsafeMutableBufferPointer<Double>>, row: Int) {
        for column in cells.indices where cells[column].isNaN {
            columns[column].missing += 1
            if columns[column].firstMissingRow == nil { columns[column].firstMissingRow = row }
        }
    }
}
