import JSONDocument

/// The rows of x: numbers or null, equally many in each.
struct InputRows {
    let limits: DatasetLimits
    let pointer: String
    private(set) var isRead = false
    /// Rows there are, and elements of the first.
    private(set) var rows = 0
    private(set) var width = 0
    private(set) var columns = StreamedRows(columns: [])
    /// nil if there are no rows or too many columns. A cell after those of x is left free in each row.
    private(set) var writer: TableWriter?
    /// What is wrong with the rows' lengths, and with their cells.
    let shapeFaults = FaultCollector()
    let cellFaults = FaultCollector()

    init(limits: DatasetLimits, pointer: String) {
        self.limits = limits
        self.pointer = pointer
    }

    /// Reads the array at the scanner.
    mutating func read(_ scanner: inout JSONScanner, in store: TableStore) throws {
        isRead = true
        guard try scanner.enter() else { return }
        _ = scanner.peek()
        let start = scanner.cursor
        width = try scanner.value().count
        scanner.move(to: start)
        if width > 0, width < limits.columns {
            columns = StreamedRows(
                columns: Array(repeating: StreamedColumn(JSONColumn(kind: .numeric), limits: limits), count: width))
            writer = try store.writer(columns: width + 1)
        }
        repeat {
            rows += 1
            guard let writer, rows <= limits.rows(columns: width + 1), !shapeFaults.isFull else {
                _ = try scanner.value()
                continue
            }
            if try take(&scanner, into: writer.row) {
                writer.row[width] = .nan
                try store.add(to: writer)
            }
        } while try scanner.goesOn()
    }

    private mutating func take(
        _ scanner: inout JSONScanner, into cells: UnsafeMutablePointer<Double>
    ) throws -> Bool {
        _ = scanner.peek()
        if columns.takePlainRow(&scanner, row: rows, into: cells) { return true }
        let here = "\(pointer)/\(rows - 1)"
        let row = try PassedValue(&scanner)
        guard row.shape.isArray else {
            shapeFaults.add(here, "must be a row, an array of numbers, not \(try row.words())")
            return false
        }
        guard row.shape.count == width else {
            shapeFaults.add(here, "row \(rows) has \(cellCount(row.shape.count)); \(width) are expected")
            return false
        }
        switch try row.node().copyNumbers(into: UnsafeMutableBufferPointer(start: cells, count: width)) {
        case .copied(_, let nulls):
            if nulls > 0 { columns.countMissing(cells, rows) }
            return true
        case .notANumber(let position, let kind):
            cellFaults.add("\(here)/\(position)", "must be a number or null, not \(kind.rawValue)")
            return false
        case .tooLong: return false
        }
    }
}
