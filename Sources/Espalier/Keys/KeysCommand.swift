import ArgumentParser

/// `espalier keys`.
struct KeysCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keys",
        abstract: "Make, list and revoke API keys.",
        discussion: """
            As soon as there is a key, the server asks every request for one. It hears of changes within a second, whether it runs or not; \
            --data-dir must be the server's.
            """,
        subcommands: [CreateKeyCommand.self, ListKeysCommand.self, RevokeKeyCommand.self])
}
