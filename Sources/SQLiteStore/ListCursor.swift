import GRDB
import Jobs

/// Lists go on after an element by its sequence number, which outlives the element.
extension SQLiteStore {
    /// The sequence number of the row `id` of `table`, deleted or not, if it is `owner`'s or no owner is given; the highest
    /// number for no id.
    static func place(of id: String?, in table: String, owner: String?, _ db: Database) throws -> Int64 {
        guard let id else { return Int64.max }
        let statement = try db.cachedStatement(
            sql: """
                SELECT sequence FROM \(table) WHERE id = :id AND (:owner IS NULL OR owner = :owner)
                UNION ALL SELECT sequence FROM deletion WHERE id = :id AND (:owner IS NULL OR owner = :owner)
                """)
        guard let sequence = try Int64.fetchOne(statement, arguments: ["id": id, "owner": owner]) else {
            throw StoreError.unknownCursor(id)
        }
        return sequence
    }

    /// Notes a deletion and drops those too far back.
    static func remember(deleted id: String, of owner: String?, _ sequence: Int64, _ db: Database) throws {
        try db.execute(
            sql: "INSERT INTO deletion (id, sequence, owner) VALUES (?, ?, ?)", arguments: [id, sequence, owner])
        try db.execute(
            sql: "DELETE FROM deletion WHERE number <= ?",
            arguments: [db.lastInsertedRowID - Int64(rememberedDeletions)])
    }
}
