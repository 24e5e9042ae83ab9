import Foundation
import GRDB
import Jobs

extension SQLiteStore {
    private static let datasetColumns =
        "id, name, owner, created_at, table_hash, sha256, bytes, media_type, schema"

    /// Adds a data set and keeps its table, if that has no file; on disk when this returns.
    public func addDataset(
        _ dataset: DatasetRecord, table: StoredContent?, identity: RequestIdentity?
    ) throws(StoreError) -> DatasetRecord {
        let now = clock()
        return try write { db in
            if let known = try KeyRow.take(identity, for: dataset.id.description, at: now, db) {
                guard let (_, first) = try SQLiteStore.find(DatasetID(unchecked: known), db) else {
                    throw StoreError.keySpent
                }
                return first
            }
            let statement = try db.cachedStatement(
                sql: "INSERT INTO dataset (\(SQLiteStore.datasetColumns)) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)")
            do {
                try statement.execute(arguments: [
                    dataset.id.description, dataset.name, dataset.owner, dataset.createdAt.milliseconds,
                    dataset.tableHash, dataset.sha256, dataset.bytes, dataset.mediaType, Data(dataset.schema),
                ])
                if let table { try ContentRow.insert(table, db) }
            } catch let error as DatabaseError where error.extendedResultCode == .SQLITE_CONSTRAINT_UNIQUE {
                throw StoreError.duplicate(dataset.id.description)
            }
            return dataset
        }
    }

    /// One data set.
    public func dataset(_ id: DatasetID) throws(StoreError) -> DatasetRecord? {
        try read { try SQLiteStore.find(id, $0)?.dataset }
    }

    /// Data sets, newest first.
    public func listDatasets(
        owner: String?, after: DatasetID?, limit: Int
    ) throws(StoreError) -> Page<DatasetRecord> {
        let limit = max(1, limit)
        var filter = ListFilter()
        filter.require("owner", owner)
        let (conditions, arguments) = (filter.conditions, filter.arguments)
        return try read { db in
            let end = try SQLiteStore.place(of: after?.description, in: "dataset", owner: owner, db)
            let statement = try db.cachedStatement(
                sql: """
                    SELECT \(SQLiteStore.datasetColumns) FROM dataset WHERE \(conditions) sequence < :end
                    ORDER BY sequence DESC LIMIT :limit
                    """)
            let rows = try Row.fetchAll(statement, arguments: arguments + ["end": end, "limit": limit + 1])
            return Page(rows.map(SQLiteStore.dataset), limit: limit)
        }
    }

    /// Forgets a data set.
    public func deleteDataset(_ id: DatasetID) throws(StoreError) -> DatasetRecord? {
        try write { db in
            guard let (sequence, dataset) = try SQLiteStore.find(id, db) else { return nil }
            try db.execute(sql: "DELETE FROM dataset WHERE sequence = ?", arguments: [sequence])
            try SQLiteStore.remember(deleted: id.description, of: dataset.owner, sequence, db)
            return dataset
        }
    }

    private static func find(_ id: DatasetID, _ db: Database) throws -> (sequence: Int64, dataset: DatasetRecord)? {
        let statement = try db.cachedStatement(sql: "SELECT \(datasetColumns), sequence FROM dataset WHERE id = ?")
        return try Row.fetchOne(statement, arguments: [id.description]).map { ($0["sequence"], dataset($0)) }
    }

    private static func dataset(_ row: Row) -> DatasetRecord {
        DatasetRecord(
            id: DatasetID(unchecked: row[0]), name: row[1], owner: row[2],
            createdAt: Timestamp(milliseconds: row[3]), tableHash: row[4], sha256: row[5], bytes: row[6],
            mediaType: row[7], schema: JobRow.bytes(row[8]))
    }
}
