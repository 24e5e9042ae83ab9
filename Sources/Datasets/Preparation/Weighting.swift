import JSONDocument
import Perceptron

/// Checks the sample weights of the rows that are used: numbers from 0 on.
func checkSampleWeights(
    _ table: MappedTable, _ column: Int?, _ rows: [Int32], _ pointers: DataPointers
) throws(Faults) {
    guard let column else { return }
    if table.schema.columns[column].kind == .text {
        let title = table.schema.title(column)
        throw Faults(pointer: pointers.sampleWeight, detail: "\(title) is text; weights are numbers")
    }
    let cells = table.cells
    let faults = FaultCollector()
    for row in rows where cells[Int(row), column] < 0 {
        faults.add(
            pointers.sampleWeight(row: Int(row)),
            "the weight of row \(row + 1) is \(cells[Int(row), column]); it must not be negative")
        if faults.faults.count == FaultCollector.limit || pointers.hasWholeColumns { break }
    }
    try faults.throwIfAny()
}

extension DataSets {
    /// Gives the sets what their examples count, each set's mean being 1.
    /// - Throws: faults where a set has no weight at all, or more than a number can hold.
    mutating func weigh(
        by column: Int?, _ ofClasses: [Double]?, classWeightPointer: String, _ pointers: DataPointers
    ) throws(Faults) {
        guard column != nil || ofClasses != nil else { return }
        let weights = ExampleWeights(column: column, ofClasses: ofClasses)
        let faults = FaultCollector()
        func weighed(_ set: ExampleSet?, _ name: String) -> ExampleSet? {
            guard var set else { return nil }
            set.weights = weights
            set.normaliseWeights()
            guard let mean = set.weights?.mean, mean > 0, mean.isFinite else {
                faults.add(
                    column == nil ? classWeightPointer : pointers.sampleWeights(of: name),
                    set.weights?.mean == 0
                        ? "every \(name) row has the weight 0"
                        : "the weights of the \(name) rows are too large to add up")
                return set
            }
            return set
        }
        train = weighed(train, "train") ?? train
        dev = weighed(dev, "dev")
        test = weighed(test, "test")
        try faults.throwIfAny()
    }
}
