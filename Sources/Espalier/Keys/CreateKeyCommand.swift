import Access
import ArgumentParser
import Foundation
import SQLiteStore

/// `espalier keys create`: the key goes to standard output and is shown this once; what is to be said of it goes to standard error.
struct CreateKeyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create", abstract: "Make a key and print it. It is not kept, and cannot be shown again.")

    @Option(help: "What the key is for.")
    var name: String

    @Option(help: "Whose key it is: jobs, sweeps and data sets belong to the owner of the key that made them.")
    var owner: String

    @Option(help: "What it allows, with commas between: read, submit, admin.", transform: CreateKeyCommand.scopes)
    var scopes: Scopes = .usual

    @Option(help: "Days after which it is of no use; never, unless told.")
    var expiresDays: Int?

    @OptionGroup var data: DataOptions

    /// Days of a century, so that no sum overflows.
    private static let mostDays = 36_525

    func validate() throws {
        for (option, text) in [("--name", name), ("--owner", owner)] {
            let isPlain = text.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
            guard (1...200).contains(text.unicodeScalars.count), isPlain else {
                throw ValidationError("\(option) must have 1 to 200 characters, none of them a control character.")
            }
        }
        if let expiresDays, !(1...CreateKeyCommand.mostDays).contains(expiresDays) {
            throw ValidationError("--expires-days must be a number from 1 to \(CreateKeyCommand.mostDays).")
        }
    }

    func run() throws {
        let key = APIKey.random()
        let now = Date()
        let record = KeyRecord(
            id: key.id, name: name, owner: owner, scopes: scopes, hash: key.hash, createdAt: now,
            expiresAt: expiresDays.map { now.addingTimeInterval(Double($0) * 86_400) })
        let file = try KeyFile(directory: DataDirectory(data.dataDir).path)
        try file.add(record)
        try file.close()
        let words = scopes.words.joined(separator: ", ")
        let note = "key \(key.id) of \(owner): \(words). This is the only time it is shown:\n"
        FileHandle.standardError.write(Data(note.utf8))
        print(key.text)
    }

    private static func scopes(_ text: String) throws -> Scopes {
        guard let scopes = Scopes(words: text) else {
            throw ValidationError(
                "--scopes must be some of \(Scopes.words.joined(separator: ", ")), with commas between.")
        }
        return scopes
    }
}
