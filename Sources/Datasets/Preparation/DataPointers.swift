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

    /// The sample weights as such.
    var sampleWeight: String { sampleWeights(of: "train") }

    /// The sample weights of a set, where the sets have their own.
    func sampleWeights(of set: String) -> String {
        if case .sets = source { return "\(base)/\(set)/sample_weight" }
        return "\(base)/sample_weight"
    }

    /// Whether the client named columns rather than gave cells of their own.
    var hasWholeColumns: Bool {
        switch source {
        case .examples, .sets: false
        case .csv, .dataset: true
        }
    }

    /// The sample weight of `row` (from 0); the column where the client named one.
    func sampleWeight(row: Int) -> String {
        switch source {
        case .examples: return "\(base)/sample_weight/\(row)"
        case .sets(let train, let dev, _):
            if row < train { return "\(base)/train/sample_weight/\(row)" }
            if row < train + dev { return "\(base)/dev/sample_weight/\(row - train)" }
            return "\(base)/test/sample_weight/\(row - train - dev)"
        case .csv, .dataset: return sampleWeight
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
