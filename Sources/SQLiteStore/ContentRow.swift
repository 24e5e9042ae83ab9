import Foundation
import GRDB
import Jobs

/// How shared content lies in its table.
enum ContentRow {
    /// Keeps content, unless it is kept already.
    static func insert(_ content: StoredContent, _ db: Database) throws {
        try db.cachedStatement(
            sql: "INSERT INTO content (hash, bytes) VALUES (?, ?) ON CONFLICT (hash) DO NOTHING"
        ).execute(arguments: [content.hash, Data(content.bytes)])
    }

    static func bytes(_ hash: String, _ db: Database) throws -> [UInt8]? {
        let statement = try db.cachedStatement(sql: "SELECT bytes FROM content WHERE hash = ?")
        return try Data.fetchOne(statement, arguments: [hash]).map(JobRow.bytes)
    }
}
