/// One cell of a row that a model takes, in the data's own units.
public enum Cell: Hashable, Sendable {
    /// Of a numeric column, or of a boolean one: 0 for false and 1 for true.
    case number(Double)
    /// Of a text column: the place of its category among the column's.
    case category(Int)
}

extension InputEncoding {
    /// The first network input of the column at `place`.
    public func firstInput(ofColumn place: Int) -> Int {
        columns[..<place].reduce(0) { $0 + ($1.kind == .text ? $1.categories.count : 1) }
    }

    /// What the network is given at `input` for a plain `value`: (value − mean) / standard deviation, as for a row of a
    /// prediction.
    public func normalized(_ value: Double, input: Int) -> Double { (value - mean[input]) / standardDeviation[input] }

    /// The network's inputs (inputs) for a row of `cells`, one for each column and of its kind.
    public func encode(_ cells: [Cell]) -> [Double] {
        var inputs: [Double] = []
        inputs.reserveCapacity(inputCount)
        for (column, cell) in zip(columns, cells) {
            switch cell {
            case .number(let number): inputs.append(normalized(number, input: inputs.count))
            case .category(let code):
                for category in column.categories.indices {
                    inputs.append(normalized(category == code ? 1 : 0, input: inputs.count))
                }
            }
        }
        return inputs
    }
}
