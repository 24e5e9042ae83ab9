/// What a key allows its holder to do.
public struct Scopes: OptionSet, Hashable, Sendable {
    /// One bit for each.
    public let rawValue: UInt8

    /// The scopes whose bits are set.
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// To see what is the owner's, and use it: jobs, models, predictions, plots, data sets.
    public static let read = Scopes(rawValue: 1)
    /// To make, cancel and delete what is the owner's.
    public static let submit = Scopes(rawValue: 2)
    /// Everything, with what is anybody's.
    public static let admin = Scopes(rawValue: 4)
    /// What a key has unless told otherwise.
    public static let usual: Scopes = [.read, .submit]

    private static let all: [(word: String, scope: Scopes)] = [("read", .read), ("submit", .submit), ("admin", .admin)]

    /// All words that there are.
    public static var words: [String] { all.map(\.word) }

    /// Scopes as words, with commas between them; nil for none or one that is unknown.
    public init?(words: String) {
        var scopes: Scopes = []
        for word in words.split(separator: ",", omittingEmptySubsequences: false) {
            guard let known = Scopes.all.first(where: { $0.word == word }) else { return nil }
            scopes.insert(known.scope)
        }
        self = scopes
    }

    /// Its words.
    public var words: [String] { Scopes.all.filter { contains($0.scope) }.map(\.word) }
}
