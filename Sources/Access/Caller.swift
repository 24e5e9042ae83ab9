/// Who sends a request, and what they may do.
public struct Caller: Hashable, Sendable {
    /// The key they have shown; nil where no keys are asked for.
    public let key: KeyID?
    /// Whom that belongs to which they make; nil for nobody.
    public let owner: String?
    /// What they may do.
    public let scopes: Scopes

    /// A caller.
    public init(key: KeyID?, owner: String?, scopes: Scopes) {
        self.key = key
        self.owner = owner
        self.scopes = scopes
    }

    /// Whoever can reach a server that has no keys.
    public static let anyone = Caller(key: nil, owner: nil, scopes: .admin)

    /// Whoever asks for what everybody may know.
    public static let nobody = Caller(key: nil, owner: nil, scopes: [])

    /// Whether they may do what `needed` is needed for.
    public func may(_ needed: Scopes) -> Bool { isAdmin || scopes.isSuperset(of: needed) }

    /// Whether they may see, and act on, what is `owner`'s; nil is what nobody owns.
    public func sees(owner: String?) -> Bool { isAdmin || (owner != nil && owner == self.owner) }

    /// Whose things lists show them; nil for everybody's.
    public var listed: String? { isAdmin ? nil : owner ?? "" }

    /// Whether they see everything.
    public var isAdmin: Bool { scopes.contains(.admin) }
}
