import Access
import ArgumentParser
import Foundation
import SQLiteStore

/// `espalier keys revoke`.
struct RevokeKeyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "revoke",
        abstract: "Make a key useless, for good. What its owner has stays.")

    @Argument(help: "The key's id, as `keys list` shows it; the key itself will do.")
    var id: String

    @OptionGroup var data: DataOptions

    func run() throws {
        guard let id = KeyID(id) ?? APIKey(id)?.id else { throw ValidationError("This is not the id of a key.") }
        let directory = try DataDirectory(data.dataDir).path
        guard KeyFile.exists(in: directory) else { throw StartError("there are no keys in \(directory)") }
        let file = try KeyFile(directory: directory)
        guard let record = try file.revoke(id, at: Date()) else {
            throw StartError("there is no key \(id) in \(directory)")
        }
        try file.close()
        print("key \(record.id) of \(record.owner) is revoked")
    }
}
