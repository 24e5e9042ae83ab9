import JSONDocument

extension TableStore {
    /// Reads the object with x and y at the scanner. They may come in any order: y's cells are put into the table when
    /// all of it is there.
    func ingestObject(_ scanner: inout JSONScanner, at pointer: String) throws -> TableReference {
        var examples = ExamplesText(limits: limits, pointer: pointer)
        if try scanner.enter() {
            repeat {
                let name = try scanner.name()
                try examples.take(&scanner, name: name, in: self)
            } while try scanner.goesOn()
        }
        try scanner.finish()
        let outline = try JSONDocument.parse(examples.outline()).root
        let faults = FaultCollector()
        var reader = ObjectReader(outline, at: pointer, faults: faults)
        let x = reader.required("x")
        let y = reader.required("y")
        let names = reader.names("features")
        let namesPointer = reader.pointer(to: "features")
        reader.finish()
        try faults.throwIfAnyIngesting()
        guard let x, let y else { throw IngestionError.fault(pointer, "needs x and y") }
        if x.kind != .array { faults.add("\(pointer)/x", "must be an array of rows, not \(describe(x))") }
        if y.kind != .array { faults.add("\(pointer)/y", "must be an array of targets, not \(describe(y))") }
        try faults.throwIfAnyIngesting()
        let rows = examples.inputs.rows
        if rows == 0 { faults.add("\(pointer)/x", "must have at least one row") }
        if examples.targets.rows != rows {
            faults.add("\(pointer)/y", "has \(examples.targets.rows) targets for \(rows) rows of x")
        }
        try faults.throwIfAnyIngesting()
        let width = examples.inputs.width
        guard width > 0 else { throw IngestionError.fault("\(pointer)/x/0", "must have at least one number") }
        guard width < limits.columns, rows <= limits.rows(columns: width + 1), let writer = examples.inputs.writer
        else {
            throw IngestionError.fault(
                "\(pointer)/x", limits.excess(rows: rows, columns: width + 1) ?? "is too large")
        }
        try examples.inputs.shapeFaults.throwIfAnyIngesting()
        let featureNames = names ?? (0..<width).map { "x\($0)" }
        checkNames(featureNames, width: width, at: namesPointer, faults)
        try faults.throwIfAnyIngesting()
        try examples.targets.faults.throwIfAnyIngesting()
        try examples.inputs.cellFaults.throwIfAnyIngesting()
        var (schema, codes) = examples.inputs.columns.schema(rows: rows, names: featureNames)
        let (column, places) = examples.targets.column.values.column(name: "y")
        schema.columns.append(column)
        schema.target = width
        if !places.isEmpty { codes[width] = places }
        return try store(writer, schema, codes: codes, target: examples.targets.late(column: width))
    }
}

/// What is read of an object with x and y while its text is passed.
private struct ExamplesText {
    let limits: DatasetLimits
    let pointer: String
    var inputs: InputRows
    var targets: TargetCells
    /// The object with the arrays that were read left out, for all other checks.
    private var text = Array("{".utf8)
    private var members = 0

    /// Members that are looked at: any beyond the three known ones are faults, of which few are told.
    private static let memberLimit = 10_000

    init(limits: DatasetLimits, pointer: String) {
        self.limits = limits
        self.pointer = pointer
        inputs = InputRows(limits: limits, pointer: "\(pointer)/x")
        targets = TargetCells(limits: limits, pointer: "\(pointer)/y")
    }

    func outline() -> [UInt8] { text + Array("}".utf8) }

    /// Takes the member whose value is at the scanner.
    mutating func take(_ scanner: inout JSONScanner, name: UnsafeRawBufferPointer, in store: TableStore) throws {
        members += 1
        guard members <= ExamplesText.memberLimit else {
            _ = try scanner.value()
            return
        }
        if members > 1 { text.append(UInt8(ascii: ",")) }
        text += name
        text.append(UInt8(ascii: ":"))
        let known = try JSONDocument(parsing: name).root.string
        let isArray = scanner.peek() == UInt8(ascii: "[")
        switch known {
        case "x" where isArray && !inputs.isRead:
            try inputs.read(&scanner, in: store)
            text += Array("[]".utf8)
        case "y" where isArray && !targets.isRead:
            try targets.read(&scanner)
            text += Array("[]".utf8)
        default:
            let value = try PassedValue(&scanner)
            if value.shape.isContainer, known != "features" {
                text += Array((value.shape.isArray ? "[]" : "{}").utf8)
            } else {
                text += value.text
            }
        }
    }
}
