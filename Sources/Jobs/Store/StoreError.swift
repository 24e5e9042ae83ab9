/// Why a store could not do what it was asked.
public enum StoreError: Error, Hashable, Sendable {
    /// No space is left where the store writes; everything works again when there is.
    case diskFull(String)
    /// The store cannot be read or written, for the reason given.
    case unavailable(String)
    /// Something stored cannot be read back.
    case corrupt(String)
    /// A list was asked for what comes after something that was never there.
    case unknownCursor(String)
    /// The id is taken already.
    case duplicate(String)
    /// So many jobs, or sweeps, are under way, and more may not be.
    case full(limit: Int)
    /// The same of one owner's.
    case ownerFull(limit: Int)
    /// The key of a request belongs to another request.
    case keyReused
    /// The key of a request is known, and what the request made has been deleted since.
    case keySpent
    /// Another server uses the data directory.
    case inUse(String)
    /// The data was written by a newer version of this program.
    case newerSchema(String)
}

extension StoreError: CustomStringConvertible {
    /// One sentence for an operator, not for clients.
    public var description: String {
        switch self {
        case .diskFull(let detail): "no space left to write: \(detail)"
        case .unavailable(let detail): "the store is not available: \(detail)"
        case .corrupt(let detail): "the store is damaged: \(detail)"
        case .unknownCursor(let id): "nothing is known of \(id)"
        case .duplicate(let id): "\(id) exists already"
        case .full(let limit): "\(limit) are under way already"
        case .ownerFull(let limit): "\(limit) of one owner are under way already"
        case .keyReused: "the key belongs to another request"
        case .keySpent: "what was made with the key has been deleted"
        case .inUse(let detail): "the data directory is in use: \(detail)"
        case .newerSchema(let detail): "the data is newer than this program: \(detail)"
        }
    }
}
