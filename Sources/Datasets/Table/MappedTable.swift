import Glibc
import JSONDocument
import Perceptron

// @unchecked: the bytes are written by nobody and private to this object from `init` to `deinit`; all properties are
// constants. Table files are never written to after their rename.
/// A table file, mapped read-only: its cells are paged in as they are used and shared by all who hold it. A small table
/// that has no file is held in memory instead.
public final class MappedTable: @unchecked Sendable {
    /// SHA-256 of the file.
    public let hash: String
    /// What the columns are.
    public let schema: TableSchema
    /// Format of the cells.
    public let element: FeatureTable.Element
    private let bytes: UnsafeMutableRawBufferPointer
    private let isMapped: Bool

    /// Maps the file at `path` and checks all of it but the cells.
    init(path: String, hash: String) throws(StorageError) {
        let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC)
        if descriptor < 0 { throw errno == ENOENT ? .notFound(hash: hash) : .last("open a data set") }
        defer { close(descriptor) }
        var status = stat()
        if fstat(descriptor, &status) != 0 { throw .last("look at a data set") }
        let size = Int(status.st_size)
        if size < TableHeader.size { throw .damaged(hash: hash, reason: "shorter than a header") }
        guard let start = mmap(nil, size, PROT_READ, MAP_SHARED, descriptor, 0), start != MAP_FAILED else {
            throw .last("map a data set")
        }
        let bytes = UnsafeMutableRawBufferPointer(start: start, count: size)
        do {
            (schema, element) = try MappedTable.read(UnsafeRawBufferPointer(bytes))
        } catch {
            munmap(start, size)
            throw .damaged(hash: hash, reason: error.reason)
        }
        self.bytes = bytes
        self.hash = hash
        isMapped = true
    }

    /// Takes the bytes of a table that has no file, and checks all of them but the cells.
    init(content: [UInt8], hash: String) throws(StorageError) {
        let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: content.count, alignment: 64)
        bytes.copyBytes(from: content)
        do {
            (schema, element) = try MappedTable.read(UnsafeRawBufferPointer(bytes))
        } catch {
            bytes.deallocate()
            throw .damaged(hash: hash, reason: error.reason)
        }
        self.bytes = bytes
        self.hash = hash
        isMapped = false
    }

    private static func read(
        _ bytes: UnsafeRawBufferPointer
    ) throws(TableHeader.Damage) -> (TableSchema, FeatureTable.Element) {
        let header = try TableHeader(bytes)
        let schema: TableSchema
        do {
            let text = UnsafeRawBufferPointer(rebasing: bytes[header.schemaOffset...])
            schema = try TableSchema(try JSONDocument(parsing: text).root)
        } catch {
            throw TableHeader.Damage(reason: "unreadable schema")
        }
        guard schema.rows == header.rows, schema.columns.count == header.columns else {
            throw TableHeader.Damage(reason: "schema and header disagree")
        }
        return (schema, header.element)
    }

    deinit {
        if isMapped { munmap(bytes.baseAddress, bytes.count) } else { bytes.deallocate() }
    }

    /// The cells: (rows, columns), row-major; the table stays mapped as long as they are held.
    public var cells: FeatureTable {
        FeatureTable(
            base: UnsafeRawPointer(bytes.baseAddress!) + TableHeader.size, element: element, rows: schema.rows,
            columns: schema.columns.count, owner: self)
    }
}
