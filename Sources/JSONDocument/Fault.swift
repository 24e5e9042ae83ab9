/// One thing wrong with a document: where (JSON pointer, RFC 6901) and what, in words for the client.
public struct Fault: Error, Hashable, Sendable {
    /// JSON pointer to the value at fault, `""` for the whole document.
    public let pointer: String
    /// What is wrong and what would be right.
    public let detail: String

    /// A fault at `pointer`.
    public init(pointer: String, detail: String) {
        self.pointer = pointer
        self.detail = detail
    }
}

/// All the faults of one document; never empty.
public struct Faults: Error, Sendable {
    /// The faults, in the order found.
    public let all: [Fault]

    /// Wraps a non-empty list.
    public init(_ all: [Fault]) { self.all = all }

    /// A single fault.
    public init(pointer: String, detail: String) { all = [Fault(pointer: pointer, detail: detail)] }
}

/// Gathers faults while a document is read, so that the client hears of all of them at once.
public final class FaultCollector {
    /// Enough to mend a document with; a ragged matrix would otherwise list every row.
    public static let limit = 50

    /// What was found so far.
    public private(set) var faults: [Fault] = []

    /// A collector without faults.
    public init() {}

    /// Adds a fault, unless `limit` are known.
    public func add(_ pointer: String, _ detail: String) {
        if faults.count < FaultCollector.limit { faults.append(Fault(pointer: pointer, detail: detail)) }
    }

    /// Adds all the faults of another document part.
    public func add(_ others: Faults) {
        for fault in others.all { add(fault.pointer, fault.detail) }
    }

    /// Throws what was found, if anything was.
    public func throwIfAny() throws(Faults) {
        if !faults.isEmpty { throw Faults(faults) }
    }
}

/// Escapes a member name for use in a JSON pointer.
public func pointerToken(_ name: String) -> String {
    var token = ""
    for character in name {
        switch character {
        case "~": token += "~0"
        case "/": token += "~1"
        default: token.append(character)
        }
    }
    return token
}
