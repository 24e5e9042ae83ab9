import Glibc
import JSONDocument
import Perceptron

/// A table file, mapped read-only: its cells are paged in as they are used and shared by all who hold it. A small table
/// that has no file is held in memory instead.
///
/// @unchecked: the bytes are a `MappedFile`'s, or this object's own and written by nobody after `init`; all properties
/// are constants.
public final class MappedTable: @unchecked Sendable {
    /// SHA-256 of the file.
    public let hash: String
    /// What the columns are.
    public let schema: TableSchema
    /// Format of the cells.
    public let element: FeatureTable.Element
    private let bytes: UnsafeRawBufferPointer
    /// Whose the bytes are; nil if this object's own.
    private let file: MappedFile?

    /// Maps the file at `path` and checks all of it but the cells.
    init(path: String, hash: String) throws(StorageError) {
        let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC)
        if descriptor < 0 { throw errno == ENOENT ? .notFound(hash: hash) : .last("open a data set") }
        defer { close(descriptor) }
        let file = try MappedFile(descriptor: descriptor, name: "a data set", readsAhead: false)
        if file.bytes.count < TableHeader.size { throw .damaged(hash: hash, reason: "shorter than a header") }
        do {
            (schema, element) = try MappedTable.read(file.bytes)
        } catch {
            throw .damaged(hash: hash, reason: error.reason)
        }
        bytes = file.bytes
        self.file = file
        self.hash = hash
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
        self.bytes = UnsafeRawBufferPointer(bytes)
        file = nil
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

    deinit {
        if file == nil { bytes.deallocate() }
    }

    /// The cells: (rows, columns), row-major; the table stays mapped as long as they are held.
    public var cells: FeatureTable {
        FeatureTable(
            base: bytes.baseAddress! + TableHeader.size, element: element, rows: schema.rows,
            columns: schema.columns.count, owner: self)
    }
}
