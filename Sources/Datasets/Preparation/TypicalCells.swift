extension PreparedData {
    /// What each column of a row is where nothing else is said of it, from the training rows, missing cells left out: the
    /// mean of numbers, the more frequent of false and true, the most frequent category; the first of equals.
    public var typicalCells: [Cell] {
        let (table, rows) = (sets.train.table, sets.train.rows)
        let plain = encoding.columns.filter { $0.kind != .text }.map(\.index)
        let means = Dictionary(
            zip(plain, ColumnStatistics.of(table, columns: plain, rows: rows).map(\.mean)),
            uniquingKeysWith: { first, _ in first })
        return encoding.columns.map { column in
            let mean = means[column.index] ?? 0
            switch column.kind {
            case .numeric: return .number(mean)
            case .boolean: return .number(mean > 0.5 ? 1 : 0)
            case .text:
                let shares = ColumnStatistics.oneHot(
                    table, column: column.index, categories: column.categories.count, rows: rows
                ).map(\.mean)
                return .category(shares.indices.reduce(0) { shares[$1] > shares[$0] ? $1 : $0 })
            }
        }
    }
}
