import JSONDocument

/// The targets of y: numbers, strings, booleans or null.
struct TargetCells {
    let limits: DatasetLimits
    let pointer: String
    private(set) var isRead = false
    /// Targets there are.
    private(set) var rows = 0
    private(set) var column: StreamedColumn
    let faults = FaultCollector()
    private var isFloat32 = true
    private var start: JSONScanner?

    init(limits: DatasetLimits, pointer: String) {
        self.limits = limits
        self.pointer = pointer
        column = StreamedColumn(limits: limits)
    }

    /// Reads the array at the scanner.
    mutating func read(_ scanner: inout JSONScanner) throws {
        isRead = true
        guard try scanner.enter() else { return }
        start = scanner
        repeat {
            rows += 1
            let cell = try take(&scanner)
            if Double(Float(cell)) != cell, !cell.isNaN { isFloat32 = false }
        } while try scanner.goesOn()
    }

    private mutating func take(_ scanner: inout JSONScanner) throws -> Double {
        _ = scanner.peek()
        var at = scanner.cursor
        if let cell = column.plainCell(&at, scanner.end), scanner.isTokenEnd(at) {
            if cell.isNaN { column.values.countMissing(row: rows) }
            scanner.move(to: at)
            return cell
        }
        let value = try PassedValue(&scanner)
        if value.shape.isContainer {
            let words = try value.words()
            faults.add("\(pointer)/\(rows - 1)", "must be a number, a string, a boolean or null, not \(words)")
            return .nan
        }
        let node = try value.node()
        column.values.examine(node, row: rows, at: "\(pointer)/\(rows - 1)", limits: limits, faults: faults)
        return column.cell(node, spelled: value.text)
    }

    /// The cells once more, from the text: it costs less than to have kept them.
    func late(column index: Int) -> LateColumn {
        var cells = self
        let row = start
        guard var scanner = row else { return LateColumn(column: index, isFloat32: true) { .nan } }
        return LateColumn(column: index, isFloat32: isFloat32) {
            // All of it was read once without a fault.
            let cell = (try? cells.take(&scanner)) ?? .nan
            _ = try? scanner.goesOn()
            return cell
        }
    }
}
