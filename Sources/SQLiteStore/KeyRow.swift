import GRDB
import Jobs

/// The keys of requests, as rows.
enum KeyRow {
    /// The id of what `identity` made before; otherwise its key is taken for `target`, within the transaction that makes
    /// it. Without an identity neither.
    static func take(
        _ identity: RequestIdentity?, for target: String, at now: Timestamp, _ db: Database
    ) throws -> String? {
        guard let identity else { return nil }
        if let use = try find(identity, db) { return try use.target(for: identity) }
        try forgetOld(before: now.milliseconds - RequestIdentity.lifetime, db)
        let statement = try db.cachedStatement(
            sql: "INSERT INTO request_key (owner, key, fingerprint, target, created_at) VALUES (?, ?, ?, ?, ?)")
        try statement.execute(
            arguments: [identity.owner ?? "", identity.key, identity.fingerprint, target, now.milliseconds])
        return nil
    }

    static func find(_ identity: RequestIdentity, _ db: Database) throws -> KeyUse? {
        let statement = try db.cachedStatement(
            sql: "SELECT fingerprint, target, created_at FROM request_key WHERE owner = ? AND key = ?")
        return try Row.fetchOne(statement, arguments: [identity.owner ?? "", identity.key]).map {
            KeyUse(fingerprint: $0[0], target: $0[1], at: Timestamp(milliseconds: $0[2]))
        }
    }

    /// A few at a time: more than one comes in.
    private static func forgetOld(before end: Int64, _ db: Database) throws {
        let statement = try db.cachedStatement(
            sql: """
                DELETE FROM request_key WHERE (owner, key) IN
                    (SELECT owner, key FROM request_key WHERE created_at < ? ORDER BY created_at LIMIT 4)
                """)
        try statement.execute(arguments: [end])
    }
}

extension SQLiteStore {
    /// The id of what a request with this identity has made.
    public func target(of identity: RequestIdentity) throws(StoreError) -> String? {
        let use = try read { try KeyRow.find(identity, $0) }
        return try use?.target(for: identity)
    }
}
