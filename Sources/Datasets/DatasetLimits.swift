import JSONDocument

/// How large data may be; more is a fault, never an attempt.
public struct DatasetLimits: Hashable, Sendable {
    /// Rows × columns of a table.
    public var cells: Int = 1 << 31
    /// Rows of a table; a row's number has 32 bits.
    public var rows: Int = Int(Int32.max)
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
    /// How deep the arrays and objects of a JSON text may nest.
    public var jsonDepth: Int = JSONDocument.depthLimit

    /// The defaults.
    public init() {}

    /// Whether `name` may be a column's: not empty, not too long, no NUL.
    func allowsName(_ name: String) -> Bool {
        !name.isEmpty && name.utf8.count <= textBytes && !name.utf8.contains(0)
    }

    /// The rule of `allowsName` in words.
    var nameRule: String { "must have 1 to \(textBytes) bytes, none of them NUL" }

    /// Rows that fit beside `columns` columns.
    func rows(columns: Int) -> Int { Swift.min(cells / Swift.max(columns, 1), rows) }

    /// What is too large about a table of this size; nil if nothing is.
    package func excess(rows: Int, columns: Int) -> String? {
        var excess: [String] = []
        if columns > self.columns { excess.append("\(columns) columns, and at most \(self.columns) are allowed") }
        if rows > self.rows { excess.append("\(rows) rows, and at most \(self.rows) are allowed") }
        let (count, overflow) = rows.multipliedReportingOverflow(by: columns)
        if overflow || count > cells {
            excess.append("\(rows) rows × \(columns) columns, and at most \(cells) cells are allowed")
        }
        return excess.isEmpty ? nil : "is too large: \(excess.joined(separator: "; "))"
    }
}
