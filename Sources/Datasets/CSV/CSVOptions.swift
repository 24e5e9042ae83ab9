/// How a CSV text is to be read.
public struct CSVOptions: Hashable, Sendable {
    /// Byte between cells.
    public enum Delimiter: String, CaseIterable, Codable, Sendable {
        case comma = ","
        case semicolon = ";"
        case tab = "\t"

        var byte: UInt8 {
            switch self {
            case .comma: UInt8(ascii: ",")
            case .semicolon: UInt8(ascii: ";")
            case .tab: UInt8(ascii: "\t")
            }
        }
    }

    /// Whether the first row holds the columns' names; nil: it does if it has a text and none of its cells is a number.
    public var header: Bool?
    /// nil: the one that cuts the first rows into equally many cells, most cells first.
    public var delimiter: Delimiter?

    /// Both found out unless told.
    public init(header: Bool? = nil, delimiter: Delimiter? = nil) {
        self.header = header
        self.delimiter = delimiter
    }
}
