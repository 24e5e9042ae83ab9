/// How large data may be; more is a fault, never an attempt.
public struct DatasetLimits: Hashable, Sendable {
    /// Rows × columns of a table.
    public var cells: Int = 1 << 31
    /// Columns of a table.
    public var columns: Int = 100_000
    /// Distinct texts of one text column.
    public var categoriesPerColumn: Int = 10_000
    /// UTF-8 bytes of one category or column name.
    public var textBytes: Int = 1_000
    /// Network inputs after one-hot encoding.
    public var features: Int = 100_000
    /// Classes of a classification target.
    public var classes: Int = 10_000

    /// The defaults.
    public init() {}

    /// Whether `name` may be a column's: not empty, not too long, no NUL.
    func allowsName(_ name: String) -> Bool {
        !name.isEmpty && name.utf8.count <= textBytes && !name.utf8.contains(0)
    }

    /// The rule of `allowsName` in words.
    var nameRule: String { "must have 1 to \(textBytes) bytes, none of them NUL" }

    /// Rows that fit beside `columns` columns; never more than a row index (32 bits) can name.
    func rows(columns: Int) -> Int { Swift.min(cells / Swift.max(columns, 1), Int(Int32.max)) }
}
