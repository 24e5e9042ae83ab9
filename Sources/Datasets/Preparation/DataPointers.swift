/// Where, in the client's request, the things are that preparation may find at fault.
struct DataPointers {
    let base: String
    let source: DataSpecification.Source

    /// The target as such.
    var target: String {
        switch source {
        case .examples: "\(base)/y"
        case .sets: "\(base)/train/y"
        case .csv, .dataset: "\(base)/target"
        }
    }

    /// The cell at `row` (from 0) of a feature column, or of the target if `column` is nil.
    func cell(row: Int, column: Int?) -> String {
        switch source {
        case .examples: return "\(base)/\(place(row, column))"
        case .sets(let train, let dev, _):
            if row < train { return "\(base)/train/\(place(row, column))" }
            if row < train + dev { return "\(base)/dev/\(place(row - train, column))" }
            return "\(base)/test/\(place(row - train - dev, column))"
        case .csv: return "\(base)/csv"
        case .dataset: return "\(base)/dataset"
        }
    }

    private func place(_ row: Int, _ column: Int?) -> String { column.map { "x/\(row)/\($0)" } ?? "y/\(row)" }
}
