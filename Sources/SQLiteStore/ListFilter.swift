import GRDB

/// Which rows a list has, as the beginning of a WHERE clause.
struct ListFilter {
    /// Empty, or conditions each followed by `AND`.
    private(set) var conditions = ""
    private(set) var arguments: StatementArguments = [:]

    /// Only rows with this value, if there is one, in a column.
    mutating func require(_ column: String, _ value: String?) {
        guard let value else { return }
        conditions += "\(column) = :\(column) AND "
        arguments += [column: value]
    }

    /// Only rows with nothing in a column.
    mutating func requireNone(_ column: String) { conditions += "\(column) IS NULL AND " }
}
