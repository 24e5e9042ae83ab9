import Access
import ArgumentParser
import Foundation
import Jobs
import SQLiteStore

/// `espalier keys list`: a line for each key, oldest first, tabs between.
struct ListKeysCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List all keys that were ever made, without the keys themselves.")

    @OptionGroup var data: DataOptions

    func run() throws {
        let directory = try DataDirectory(data.dataDir).path
        guard KeyFile.exists(in: directory) else { return ListKeysCommand.show([]) }
        let file = try KeyFile(directory: directory)
        ListKeysCommand.show(try file.records())
        try file.close()
    }

    private static func show(_ records: [KeyRecord]) {
        let now = Date()
        let head = ["ID", "STATUS", "SCOPES", "OWNER", "NAME", "CREATED", "EXPIRES", "LAST USED"]
        let rows = records.map { record in
            [
                record.id.description, record.status(at: now).rawValue, record.scopes.words.joined(separator: ","),
                record.owner, record.name, time(record.createdAt), time(record.expiresAt), time(record.lastUsedAt),
            ]
        }
        for row in [head] + rows { print(row.joined(separator: "\t")) }
    }

    private static func time(_ date: Date?) -> String {
        guard let date else { return "-" }
        return Timestamp(milliseconds: Int64(date.timeIntervalSince1970) * 1_000).description
            .replacingOccurrences(of: ".000Z", with: "Z")
    }
}
