import JSONDocument
import Perceptron

/// Writes a table file row by row through a block of about a megabyte. The file starts as float32 and is widened to
/// float64, at most once, when a number comes that float32 cannot hold exactly.
final class TableWriter {
    /// Cells of a block, rounded to whole rows.
    private static let blockCells = 1 << 17

    private let directory: String
    private var file: TemporaryFile
    private let columns: Int
    private let blockRows: Int
    private let block: UnsafeMutableBufferPointer<Double>
    private let packed: UnsafeMutableBufferPointer<Float>
    private var waiting = 0
    private var flushed = 0
    private var element = FeatureTable.Element.float32

    /// Rows added so far.
    var rows: Int { flushed + waiting }

    init(directory: String, columns: Int) throws(StorageError) {
        self.directory = directory
        self.columns = columns
        file = try TemporaryFile(in: directory)
        blockRows = max(1, TableWriter.blockCells / columns)
        block = .allocate(capacity: blockRows * columns)
        packed = .allocate(capacity: blockRows * columns)
    }

    deinit {
        block.deallocate()
        packed.deallocate()
    }

    /// Where the next row's cells go (NaN for a missing one; no infinities); `addRow()` takes them.
    var row: UnsafeMutablePointer<Double> { block.baseAddress! + waiting * columns }

    /// Takes what was put into `row`.
    func addRow() throws(StorageError) {
        waiting += 1
        if waiting == blockRows { try flush() }
    }

    private func offset(row: Int) -> Int { TableHeader.size + row * columns * element.bytes }

    private func flush() throws(StorageError) {
        let count = waiting * columns
        if count == 0 { return }
        if element == .float32 {
            var difference: UInt64 = 0
            for index in 0..<count {
                let narrow = Float(block[index])
                packed[index] = narrow
                difference |= Double(narrow).bitPattern ^ block[index].bitPattern
            }
            if difference != 0 { try widen() }
        }
        let bytes =
            element == .float32
            ? UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: packed[0..<count]))
            : UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: block[0..<count]))
        try file.write(bytes, at: offset(row: flushed))
        flushed += waiting
        waiting = 0
    }

    /// Rewrites the flushed rows as float64. `block` holds rows that are not flushed yet, so it is left alone.
    private func widen() throws(StorageError) {
        var wide = try TemporaryFile(in: directory)
        let room = UnsafeMutableBufferPointer<Double>.allocate(capacity: blockRows * columns)
        defer { room.deallocate() }
        var row = 0
        while row < flushed {
            let count = min(blockRows, flushed - row) * columns
            let narrow = UnsafeMutableBufferPointer(rebasing: packed[0..<count])
            try file.read(into: UnsafeMutableRawBufferPointer(narrow), at: TableHeader.size + row * columns * 4)
            for index in 0..<count { room[index] = Double(narrow[index]) }
            let bytes = UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: room[0..<count]))
            try wide.write(bytes, at: TableHeader.size + row * columns * 8)
            row += blockRows
        }
        swap(&file, &wide)
        element = .float64
    }

    /// Replaces the codes of columns: cell c of column k becomes `codes[k][c]`. Codes are whole numbers below 2²⁴ and
    /// so exact in both formats.
    func recode(_ codes: [Int: [Double]]) throws(StorageError) {
        try flush()
        if codes.isEmpty { return }
        let room = UnsafeMutableRawBufferPointer.allocate(byteCount: blockRows * columns * element.bytes, alignment: 64)
        defer { room.deallocate() }
        var row = 0
        while row < flushed {
            let rows = min(blockRows, flushed - row)
            let bytes = UnsafeMutableRawBufferPointer(rebasing: room[0..<rows * columns * element.bytes])
            try file.read(into: bytes, at: offset(row: row))
            for (column, newCodes) in codes {
                for cell in stride(from: column, to: rows * columns, by: columns) {
                    recode(cell, in: bytes, newCodes)
                }
            }
            try file.write(UnsafeRawBufferPointer(bytes), at: offset(row: row))
            row += rows
        }
    }

    private func recode(_ cell: Int, in bytes: UnsafeMutableRawBufferPointer, _ codes: [Double]) {
        switch element {
        case .float32:
            let code = bytes.load(fromByteOffset: cell * 4, as: Float.self)
            if !code.isNaN { bytes.storeBytes(of: Float(codes[Int(code)]), toByteOffset: cell * 4, as: Float.self) }
        case .float64:
            let code = bytes.load(fromByteOffset: cell * 8, as: Double.self)
            if !code.isNaN { bytes.storeBytes(of: codes[Int(code)], toByteOffset: cell * 8, as: Double.self) }
        }
    }

    /// Completes the file with its schema and moves it, durable, to its place: `name(hash)`.
    func finish(_ schema: TableSchema, name: (String) -> String) throws(StorageError) -> TableReference {
        try flush()
        var json = JSONWriter()
        schema.write(into: &json)
        let text = json.bytes
        let header = TableHeader(
            element: element, rows: flushed, columns: columns, schemaOffset: offset(row: flushed),
            schemaBytes: text.count)
        try write(text, at: header.schemaOffset)
        try write(header.encoded, at: 0)
        let size = header.schemaOffset + text.count
        let hash = try digest(size: size)
        try file.commit(as: name(hash))
        return TableReference(hash: hash, bytes: size, element: element, schema: schema)
    }

    private func write(_ bytes: [UInt8], at offset: Int) throws(StorageError) {
        try bytes.withUnsafeBufferPointer { (bytes) throws(StorageError) in
            try file.write(UnsafeRawBufferPointer(bytes), at: offset)
        }
    }

    private func digest(size: Int) throws(StorageError) -> String {
        var hash = ContentHash()
        let room = UnsafeMutableRawBufferPointer(block)
        var offset = 0
        while offset < size {
            let part = UnsafeMutableRawBufferPointer(rebasing: room[0..<min(room.count, size - offset)])
            try file.read(into: part, at: offset)
            hash.update(UnsafeRawBufferPointer(part))
            offset += part.count
        }
        return hash.finish()
    }
}
