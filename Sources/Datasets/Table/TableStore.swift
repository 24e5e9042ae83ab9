import Glibc
import Hashing
import JSONDocument
import Synchronization

/// The folder of table files, each named by the SHA-256 of its content: equal content is stored once, and a file never
/// changes. Small tables can do without a file. Safe to use from many threads.
public final class TableStore: Sendable {
    /// What may be stored.
    public let limits: DatasetLimits
    /// Bytes up to which a new table gets no file but is all in its reference.
    public let inlineLimit: Int
    private let directory: String
    private let mapped = Mutex<[String: WeakTable]>([:])

    private struct WeakTable { weak var table: MappedTable? }

    /// Opens the folder, making it if need be, and deletes what interrupted writers left there.
    public init(
        directory: String, limits: DatasetLimits = DatasetLimits(), inlineLimit: Int = 0
    ) throws(StorageError) {
        try TemporaryFile.makeDirectory(directory)
        try TemporaryFile.sweep(directory)
        self.directory = directory
        self.limits = limits
        self.inlineLimit = inlineLimit
    }

    private static func name(_ hash: String) -> String { "\(hash).table" }

    /// A writer for a new table; `store` completes it.
    func writer(columns: Int) throws(IngestionError) -> TableWriter {
        TableWriter(directory: directory, columns: columns, inlineLimit: inlineLimit)
    }

    /// Completes a table and stores it; `codes` and `target` as in `TableWriter.finish`.
    func store(
        _ writer: TableWriter, _ schema: TableSchema, codes: [Int: [Double]] = [:], target: LateColumn? = nil
    ) throws(IngestionError) -> TableReference {
        do {
            return try writer.finish(schema, codes: codes, target: target, name: TableStore.name)
        } catch {
            throw .storage(error)
        }
    }

    /// The table with this hash, if somebody holds it.
    public func opened(_ hash: String) -> MappedTable? { mapped.withLock { $0[hash]?.table } }

    /// The table with this hash, whose bytes are `content` if it has no file; jobs that hold it at the same time share
    /// one mapping.
    public func open(_ hash: String, content: [UInt8]? = nil) throws(StorageError) -> MappedTable {
        guard ContentHash.isWellFormed(hash) else { throw .notFound(hash: hash) }
        return try mapped.withLock { (tables) throws(StorageError) in
            if let table = tables[hash]?.table { return table }
            let table =
                if let content {
                    try MappedTable(content: content, hash: hash)
                } else {
                    try MappedTable(path: "\(directory)/\(TableStore.name(hash))", hash: hash)
                }
            tables = tables.filter { $0.value.table != nil }
            tables[hash] = WeakTable(table: table)
            return table
        }
    }

    /// Deletes the table with this hash, if there is one; who has it open keeps it.
    public func remove(_ hash: String) throws(StorageError) {
        guard ContentHash.isWellFormed(hash) else { return }
        mapped.withLock { $0[hash] = nil }
        if unlink("\(directory)/\(TableStore.name(hash))") != 0 {
            if errno == ENOENT { return }
            throw .last("delete a data set")
        }
        try TemporaryFile.syncDirectory(directory)
    }

    /// The hashes of all tables stored.
    public func hashes() throws(StorageError) -> [String] {
        try DurableFolder(directory).names().compactMap { name in
            name.hasSuffix(".table") ? String(name.dropLast(6)) : nil
        }
    }
}
