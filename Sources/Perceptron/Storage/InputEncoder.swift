import CFloatingPoint

/// Makes network inputs of an example set's rows: (v − mean) / standardDeviation in float64, then rounded to S.
struct InputEncoder: Sendable {
    private let set: ExampleSet
    /// First column, if the inputs are plain neighbouring columns without gaps in them.
    private let firstColumn: Int?
    /// Whether nothing is subtracted or divided.
    private let isPlain: Bool
    private let means: [Double]
    private let deviations: [Double]

    init(_ set: ExampleSet) {
        self.set = set
        means = set.inputs.map(\.mean)
        deviations = set.inputs.map(\.standardDeviation)
        isPlain = set.inputs.allSatisfy { $0.mean == 0 && $0.standardDeviation == 1 }
        let first = set.inputs.first?.column ?? 0
        let neighbours = set.inputs.enumerated().allSatisfy { index, input in
            input.column == first + index && input.category == nil && input.missingValue == nil
        }
        firstColumn = neighbours ? first : nil
    }

    /// Inputs of an example.
    var columns: Int { means.count }

    /// Has an example's row fetched, of a long one the beginning: rows in random order are new to every cache.
    func fetchAhead(position: Int) {
        let bytes = set.table.columns * (set.table.element == .float32 ? 4 : 8)
        let row = set.table.base + Int(set.rows[position]) * bytes
        for offset in stride(from: 0, to: min(bytes, 4096), by: 64) { cfloatingpoint_prefetch(row + offset) }
    }

    /// Inputs of the set's examples at `positions` (counted within the set) into `out` (count, inputs).
    func encode<S: Scalar>(_ positions: Range<Int>, into out: UnsafeMutablePointer<S>) {
        set.rows.withUnsafeBufferPointer { rows in
            for (place, position) in positions.enumerated() {
                encode(row: Int(rows[position]), into: out + place * means.count)
            }
        }
    }

    /// The same for positions in any order.
    func encode<S: Scalar>(_ positions: UnsafeBufferPointer<Int32>, into out: UnsafeMutablePointer<S>) {
        set.rows.withUnsafeBufferPointer { rows in
            for (place, position) in positions.enumerated() {
                encode(row: Int(rows[Int(position)]), into: out + place * means.count)
            }
        }
    }

    /// The inputs of one of the set's examples into `out` (inputs).
    func encode<S: Scalar>(position: Int, into out: UnsafeMutablePointer<S>) {
        encode(row: Int(set.rows[position]), into: out)
    }

    /// The plain cells of one of the set's examples, missing ones filled, as they are before normalisation, into `out`
    /// (inputs). For sets without one-hot inputs.
    func cells(position: Int, into out: UnsafeMutablePointer<Double>) {
        let first = Int(set.rows[position]) * set.table.columns
        switch set.table.element {
        case .float32: cells(set.table.base.assumingMemoryBound(to: Float.self) + first, into: out)
        case .float64: cells(set.table.base.assumingMemoryBound(to: Double.self) + first, into: out)
        }
    }

    @inline(__always)
    private func cells<Cell: Scalar>(_ cells: UnsafePointer<Cell>, into out: UnsafeMutablePointer<Double>) {
        if let firstColumn {
            for index in 0..<means.count { out[index] = cells[firstColumn + index].double }
            return
        }
        set.inputs.withUnsafeBufferPointer { inputs in
            for (index, input) in inputs.enumerated() {
                let value = cells[input.column].double
                out[index] = value.isNaN ? input.missingValue ?? value : value
            }
        }
    }

    /// Cells (inputs) become the network's inputs where they are.
    func normalise(_ cells: UnsafeMutablePointer<Double>) {
        if isPlain { return }
        for index in 0..<means.count { cells[index] = (cells[index] - means[index]) / deviations[index] }
    }

    @inline(__always)
    private func encode<S: Scalar>(row: Int, into out: UnsafeMutablePointer<S>) {
        let first = row * set.table.columns
        switch set.table.element {
        case .float32: encode(set.table.base.assumingMemoryBound(to: Float.self) + first, into: out)
        case .float64: encode(set.table.base.assumingMemoryBound(to: Double.self) + first, into: out)
        }
    }

    @inline(__always)
    private func encode<Cell: Scalar, S: Scalar>(_ cells: UnsafePointer<Cell>, into out: UnsafeMutablePointer<S>) {
        guard let firstColumn else {
            encodeMixed(cells, into: out)
            return
        }
        let cells = cells + firstColumn
        let count = means.count
        if isPlain {
            for index in 0..<count { out[index] = S(cells[index].double) }
            return
        }
        means.withUnsafeBufferPointer { means in
            deviations.withUnsafeBufferPointer { deviations in
                for index in 0..<count { out[index] = S((cells[index].double - means[index]) / deviations[index]) }
            }
        }
    }

    private func encodeMixed<Cell: Scalar, S: Scalar>(_ cells: UnsafePointer<Cell>, into out: UnsafeMutablePointer<S>) {
        set.inputs.withUnsafeBufferPointer { inputs in
            for (index, input) in inputs.enumerated() {
                var value = cells[input.column].double
                if value.isNaN, let missing = input.missingValue {
                    value = missing
                } else if let category = input.category {
                    value = value == category ? 1 : 0
                }
                out[index] = S((value - input.mean) / input.standardDeviation)
            }
        }
    }
}
