/// What a request's `Authorization` header says (RFC 6750).
public enum Credentials: Sendable {
    /// There are none, or of another scheme.
    case none
    /// A key.
    case key(APIKey)
    /// Something that cannot be a key.
    case malformed

    /// Reads all `Authorization` headers of a request, of which there should be one at most.
    public init(authorization values: [String]) {
        guard let value = values.first else {
            self = .none
            return
        }
        let scheme = value.prefix { $0 != " " }
        guard scheme.lowercased() == "bearer" else {
            self = .none
            return
        }
        let token = value.dropFirst(scheme.count).drop { $0 == " " }
        if values.count == 1, let key = APIKey(String(token)) { self = .key(key) } else { self = .malformed }
    }
}
