import JSONDocument

/// What `auto` came to for one CSV text: delimiter, names, and where the data begins.
struct CSVDialect {
    var delimiter: UInt8
    /// nil without a header; an unnamed column has nil.
    var names: [String?]
    /// The text from the first data row on.
    var data: UnsafeBufferPointer<UInt8>

    /// How many first rows decide on the delimiter.
    private static let sampleRows = 20

    init(
        _ bytes: UnsafeRawBufferPointer, options: CSVOptions, limits: DatasetLimits, at pointer: String
    ) throws(IngestionError) {
        var text = bytes.bindMemory(to: UInt8.self)
        if text.starts(with: [0xEF, 0xBB, 0xBF]) { text = UnsafeBufferPointer(rebasing: text[3...]) }
        if text.starts(with: [0xFF, 0xFE]) || text.starts(with: [0xFE, 0xFF]) {
            throw .fault(pointer, "the CSV text must be UTF-8, not UTF-16")
        }
        guard text.contains(where: { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }) else {
            throw .fault(pointer, "the CSV text is empty")
        }
        delimiter = options.delimiter?.byte ?? CSVDialect.delimiter(of: text)
        var scanner = CSVScanner(text, delimiter: delimiter)
        while scanner.isAtBlankRow { _ = scanner.terminator() }
        let start = scanner.cursor
        let first: [[UInt8]]
        do {
            first = try CSVDialect.firstRow(&scanner, limits)
        } catch {
            throw .fault(pointer, "first row: \(error.words)")
        }
        guard first.count <= limits.columns else {
            throw .fault(pointer, "has more than \(limits.columns) columns, which is the limit")
        }
        if options.header ?? CSVDialect.looksLikeHeader(first) {
            names = try CSVDialect.names(first, limits: limits, at: pointer)
            data = UnsafeBufferPointer(start: scanner.cursor, count: scanner.end - scanner.cursor)
        } else {
            names = first.map { _ in nil }
            data = UnsafeBufferPointer(start: start, count: scanner.end - start)
        }
    }

    /// The cells of the row here, no more and no longer ones than it takes to see that there are too many or too long.
    private static func firstRow(
        _ scanner: inout CSVScanner, _ limits: DatasetLimits
    ) throws(CSVScanner.Failure) -> [[UInt8]] {
        var cells: [[UInt8]] = []
        repeat {
            cells.append(Array(try scanner.cell().prefix(limits.textBytes + 1)))
        } while scanner.terminator() == .delimiter && cells.count <= limits.columns
        return cells
    }

    private static func delimiter(of text: UnsafeBufferPointer<UInt8>) -> UInt8 {
        var best = (byte: CSVOptions.Delimiter.comma.byte, isEven: false, cells: 1)
        for candidate in CSVOptions.Delimiter.allCases {
            var scanner = CSVScanner(text, delimiter: candidate.byte)
            var counts: [Int] = []
            while counts.count < sampleRows, !scanner.isAtEnd {
                if scanner.isAtBlankRow {
                    _ = scanner.terminator()
                } else if let cells = try? scanner.skipRow() {
                    counts.append(cells)
                } else {
                    break
                }
            }
            guard let cells = counts.first, cells > 1 else { continue }
            let isEven = counts.allSatisfy { $0 == cells }
            if (isEven && !best.isEven) || (isEven == best.isEven && cells > best.cells) {
                best = (candidate.byte, isEven, cells)
            }
        }
        return best.byte
    }

    private static func looksLikeHeader(_ cells: [[UInt8]]) -> Bool {
        var hasText = false
        for cell in cells {
            switch cell.withUnsafeBufferPointer(CSVCell.init) {
            case .number, .infinite: return false
            case .missing: break
            case .text: hasText = true
            }
        }
        return hasText
    }

    private static func names(
        _ cells: [[UInt8]], limits: DatasetLimits, at pointer: String
    ) throws(IngestionError) -> [String?] {
        var names: [String?] = []
        var positions: [String: Int] = [:]
        let faults = FaultCollector()
        for (index, cell) in cells.enumerated() {
            if cell.count > limits.textBytes {
                faults.add(pointer, "the name of column \(index) is longer than \(limits.textBytes) bytes")
            }
            guard let name = String(validating: cell, as: UTF8.self) else {
                faults.add(pointer, "the name of column \(index) is not UTF-8")
                continue
            }
            if cell.contains(0) { faults.add(pointer, "the name of column \(index) contains the character NUL") }
            names.append(name.isEmpty ? nil : name)
            if !name.isEmpty, let other = positions.updateValue(index, forKey: name) {
                faults.add(pointer, "columns \(other) and \(index) have the same name, \"\(name.prefix(40))\"")
            }
        }
        try faults.throwIfAnyIngesting()
        return names
    }
}

extension CSVScanner.Failure {
    /// For a fault.
    var words: String {
        switch self {
        case .unclosedQuote: "a quoted cell is never closed"
        case .textAfterQuote: "text follows the closing quote of a cell"
        }
    }
}
