import Glibc
import JSONDocument
import Perceptron

// @unchecked: the mapping is read-only and private to this object from `init` to `deinit`; all properties are
// constants. Table files are never written to after their rename.
/// A table file, mapped read-only: its cells are paged in as they are used and shared by all who hold it.
public final class MappedTable: @unchecked Sendable {
    /// SHA-256 of the file.
    public let hash: String
    /// What the columns are.
    public let schema: TableSchema
    /// Format of the cells.
    public let element: FeatureTable.Element
    private let bytes: UnsafeMutableRawBufferPointer

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

    deinit { munmap(bytes.baseAddress, bytes.count) }

    /// The cells: (rows, columns), row-major; the table stays mapped as long as they are held.
    public var cells: FeatureTable {
        FeatureTable(
            base: UnsafeRawPointer(bytes.baseAddress!) + TableHeader.size, element: element, rows: schema.rows,
            columns: schema.columns.count, owner: self)
    }
}
