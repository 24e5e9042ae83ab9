import Perceptron

/// The first 64 bytes of a table file, little-endian. The cells follow, row-major, then the schema as JSON up to the
/// end of the file:
///
///     0  magic "ESPTABLE"   8  version (4)   12  bytes per cell (4)   16  rows (8)   24  columns (8)
///     32 offset of the schema (8)   40  bytes of the schema (8)   48  zeros
struct TableHeader: Equatable {
    static let size = 64
    static let version: UInt32 = 1
    private static let magic = Array("ESPTABLE".utf8)

    var element: FeatureTable.Element
    var rows: Int
    var columns: Int
    var schemaOffset: Int
    var schemaBytes: Int

    /// The bytes of the file.
    var encoded: [UInt8] {
        var bytes = TableHeader.magic
        func append<Word: FixedWidthInteger>(_ word: Word) {
            withUnsafeBytes(of: word.littleEndian) { bytes.append(contentsOf: $0) }
        }
        append(TableHeader.version)
        append(UInt32(element.bytes))
        for number in [rows, columns, schemaOffset, schemaBytes] { append(UInt64(number)) }
        bytes.append(contentsOf: repeatElement(0, count: TableHeader.size - bytes.count))
        return bytes
    }

    init(element: FeatureTable.Element, rows: Int, columns: Int, schemaOffset: Int, schemaBytes: Int) {
        self.element = element
        self.rows = rows
        self.columns = columns
        self.schemaOffset = schemaOffset
        self.schemaBytes = schemaBytes
    }

    /// Why a header is refused.
    struct Damage: Error { let reason: String }

    /// Reads a header and checks every number of it against the file's size.
    init(_ bytes: UnsafeRawBufferPointer) throws(Damage) {
        guard bytes.count >= TableHeader.size else { throw Damage(reason: "shorter than a header") }
        guard bytes.prefix(8).elementsEqual(TableHeader.magic) else { throw Damage(reason: "not a table file") }
        func word<Word: FixedWidthInteger>(_ offset: Int, _: Word.Type) -> Word {
            Word(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: Word.self))
        }
        guard word(8, UInt32.self) == TableHeader.version else { throw Damage(reason: "unknown version") }
        let element: FeatureTable.Element
        switch word(12, UInt32.self) {
        case 4: element = .float32
        case 8: element = .float64
        default: throw Damage(reason: "unknown cell format")
        }
        guard let rows = Int(exactly: word(16, UInt64.self)), let columns = Int(exactly: word(24, UInt64.self)),
            let offset = Int(exactly: word(32, UInt64.self)), let length = Int(exactly: word(40, UInt64.self)),
            rows <= Int(Int32.max), columns >= 1
        else { throw Damage(reason: "impossible size") }
        let (cells, tooMany) = rows.multipliedReportingOverflow(by: columns)
        let (cellBytes, tooLong) = cells.multipliedReportingOverflow(by: element.bytes)
        guard !tooMany, !tooLong, cellBytes <= bytes.count - TableHeader.size,
            offset == TableHeader.size + cellBytes, length == bytes.count - offset
        else { throw Damage(reason: "size of the file and header disagree") }
        guard bytes[48..<TableHeader.size].allSatisfy({ $0 == 0 }) else { throw Damage(reason: "unknown header field") }
        self.init(element: element, rows: rows, columns: columns, schemaOffset: offset, schemaBytes: length)
    }
}

extension FeatureTable.Element {
    /// Bytes of a cell.
    var bytes: Int { self == .float32 ? 4 : 8 }
}
