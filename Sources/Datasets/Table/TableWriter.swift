import Hashing
import JSONDocument
import Perceptron

/// Writes a table file row by row through a block that stays in the cache. The file starts as float32 and is widened to
/// float64, at most once, when a number comes that float32 cannot hold exactly.
final class TableWriter {
    /// Cells of a block, rounded to whole rows.
    private static let blockCells = 1 << 15

    private let directory: String
    private let inlineLimit: Int
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

    /// A table of at most `inlineLimit` bytes becomes no file.
    init(directory: String, columns: Int, inlineLimit: Int = 0) {
        self.directory = directory
        self.columns = columns
        self.inlineLimit = inlineLimit
        file = TemporaryFile(in: directory, memoryLimit: inlineLimit)
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

    /// Rows for which there is place from `row` on; at least one.
    var room: Int { blockRows - waiting }

    /// Takes what was put into `row`, and into the rows after it if `count`, at most `room`, is more than one.
    func addRow(_ count: Int = 1) throws(StorageError) {
        waiting += count
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
        var wide = TemporaryFile(in: directory, memoryLimit: inlineLimit)
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

    /// Completes the table with its schema and moves its file, durable, to its place: `name(hash)`. A small table has no
    /// file: it is all in the reference.
    /// - Parameters:
    ///   - codes: cell c of a column k among them becomes `codes[k][c]`. Codes are whole numbers below 2²⁴ and so exact in
    ///     both formats.
    ///   - target: a column whose cells were left empty until now.
    func finish(
        _ schema: TableSchema, codes: [Int: [Double]] = [:], target: LateColumn? = nil, name: (String) -> String
    ) throws(StorageError) -> TableReference {
        try flush()
        if let target, element == .float32, !target.isFloat32 { try widen() }
        var json = JSONWriter()
        schema.write(into: &json)
        let text = json.bytes
        let header = TableHeader(
            element: element, rows: flushed, columns: columns, schemaOffset: offset(row: flushed),
            schemaBytes: text.count)
        try write(text, at: header.schemaOffset)
        try write(header.encoded, at: 0)
        let size = header.schemaOffset + text.count
        let hash = try complete(size: size, codes, target)
        let content = file.content
        if content == nil { try file.commit(as: name(hash)) }
        return TableReference(hash: hash, bytes: size, element: element, schema: schema, content: content)
    }

    private func write(_ bytes: [UInt8], at offset: Int) throws(StorageError) {
        try bytes.withUnsafeBufferPointer { (bytes) throws(StorageError) in
            try file.write(UnsafeRawBufferPointer(bytes), at: offset)
        }
    }

    /// Goes over the whole file once: puts in what was not known when the rows were written, and hashes it.
    private func complete(
        size: Int, _ codes: [Int: [Double]], _ target: LateColumn?
    ) throws(StorageError) -> String {
        var hash = ContentHash()
        let room = UnsafeMutableRawBufferPointer(block)
        let start = UnsafeMutableRawBufferPointer(rebasing: room[0..<TableHeader.size])
        try file.read(into: start, at: 0)
        hash.update(UnsafeRawBufferPointer(start))
        var row = 0
        while row < flushed {
            let count = min(blockRows, flushed - row) * columns
            let bytes = UnsafeMutableRawBufferPointer(rebasing: room[0..<count * element.bytes])
            try file.read(into: bytes, at: offset(row: row))
            if !codes.isEmpty || target != nil {
                switch element {
                case .float32: patch(bytes.bindMemory(to: Float.self), codes, target)
                case .float64: patch(bytes.bindMemory(to: Double.self), codes, target)
                }
                try file.write(UnsafeRawBufferPointer(bytes), at: offset(row: row))
            }
            hash.update(UnsafeRawBufferPointer(bytes))
            row += blockRows
        }
        var offset = offset(row: flushed)
        while offset < size {
            let part = UnsafeMutableRawBufferPointer(rebasing: room[0..<min(room.count, size - offset)])
            try file.read(into: part, at: offset)
            hash.update(UnsafeRawBufferPointer(part))
            offset += part.count
        }
        return hash.finish()
    }

    private func patch(
        _ cells: UnsafeMutableBufferPointer<Float>, _ codes: [Int: [Double]], _ target: LateColumn?
    ) {
        if let target {
            for cell in stride(from: target.column, to: cells.count, by: columns) { cells[cell] = Float(target.next()) }
        }
        for (column, codes) in codes {
            for cell in stride(from: column, to: cells.count, by: columns) where !cells[cell].isNaN {
                cells[cell] = Float(codes[Int(cells[cell])])
            }
        }
    }

    private func patch(
        _ cells: UnsafeMutableBufferPointer<Double>, _ codes: [Int: [Double]], _ target: LateColumn?
    ) {
        if let target {
            for cell in stride(from: target.column, to: cells.count, by: columns) { cells[cell] = target.next() }
        }
        for (column, codes) in codes {
            for cell in stride(from: column, to: cells.count, by: columns) where !cells[cell].isNaN {
                cells[cell] = codes[Int(cells[cell])]
            }
        }
    }
}

/// A column whose cells come after all the other columns' are written.
struct LateColumn {
    let column: Int
    /// Whether float32 holds all of its numbers.
    let isFloat32: Bool
    /// The next row's cell, NaN for a missing one.
    let next: () -> Double
}
