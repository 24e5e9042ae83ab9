import JSONDocument

/// A class as the data named it.
public enum ClassLabel: Hashable, Sendable {
    case number(Double)
    case text(String)
    case boolean(Bool)

    /// The label as a JSON value; whole numbers without a point.
    public func write(into json: inout JSONWriter) {
        switch self {
        case .number(let number):
            if let whole = Int(exactly: number) { json.value(whole) } else { json.value(number) }
        case .text(let text): json.value(text)
        case .boolean(let flag): json.value(flag)
        }
    }

    /// Reads what `write(into:)` wrote; nil for null, an array or an object.
    public init?(_ node: JSONNode) {
        switch node.kind {
        case .number:
            guard let number = node.number else { return nil }
            self = .number(number)
        case .string:
            guard let text = node.string else { return nil }
            self = .text(text)
        case .boolean:
            guard let flag = node.boolean else { return nil }
            self = .boolean(flag)
        case .null, .array, .object, .oversized: return nil
        }
    }
}
