import Access
import Foundation
import GRDB
import Jobs

/// How an API key's record lies in its table.
enum APIKeyRow {
    private static let columns = "id, name, owner, scopes, hash, created_at, expires_at, revoked_at, last_used_at"

    static func insert(_ record: KeyRecord, _ db: Database) throws {
        try db.execute(
            sql: "INSERT INTO api_key (\(columns)) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            arguments: [
                record.id.description, record.name, record.owner, record.scopes.words.joined(separator: ","),
                Data(record.hash.bytes), milliseconds(record.createdAt), record.expiresAt.map(milliseconds),
                record.revokedAt.map(milliseconds), record.lastUsedAt.map(milliseconds),
            ])
    }

    /// All keys, oldest first.
    static func all(_ db: Database) throws -> [KeyRecord] {
        try Row.fetchAll(db, sql: "SELECT \(columns) FROM api_key ORDER BY number").map(record)
    }

    static func find(_ id: KeyID, _ db: Database) throws -> KeyRecord? {
        try Row.fetchOne(db, sql: "SELECT \(columns) FROM api_key WHERE id = ?", arguments: [id.description]).map(
            record)
    }

    static func milliseconds(_ date: Date) -> Int64 { Int64((date.timeIntervalSince1970 * 1_000).rounded()) }

    private static func record(_ row: Row) throws(StoreError) -> KeyRecord {
        guard let id = KeyID(row[0]), let scopes = Scopes(words: row[3]),
            let hash = KeyHash(bytes: JobRow.bytes(row[4]))
        else { throw .corrupt("a key in the file of keys") }
        return KeyRecord(
            id: id, name: row[1], owner: row[2], scopes: scopes, hash: hash, createdAt: date(row[5]),
            expiresAt: (row[6] as Int64?).map(date), revokedAt: (row[7] as Int64?).map(date),
            lastUsedAt: (row[8] as Int64?).map(date))
    }

    private static func date(_ milliseconds: Int64) -> Date {
        Date(timeIntervalSince1970: Double(milliseconds) / 1_000)
    }
}
