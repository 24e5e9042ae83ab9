import GRDB

/// The tables of the file of keys, version by version, as in `Schema`.
enum KeySchema {
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("v1") { try $0.execute(sql: version1) }
        return migrator
    }

    /// Times are milliseconds since 1970; `scopes` are words with commas between them. No row is ever deleted: that a key was
    /// there is what keeps the server asking for one.
    private static let version1 = """
        CREATE TABLE api_key (
            number INTEGER PRIMARY KEY,
            id TEXT NOT NULL UNIQUE,
            name TEXT NOT NULL,
            owner TEXT NOT NULL,
            scopes TEXT NOT NULL,
            hash BLOB NOT NULL,
            created_at INTEGER NOT NULL,
            expires_at INTEGER,
            revoked_at INTEGER,
            last_used_at INTEGER
        ) STRICT;
        """
}
