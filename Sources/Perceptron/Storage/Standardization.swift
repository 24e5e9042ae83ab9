/// Mean and population standard deviation of table columns over given rows, for `InputFeature`.
public struct Standardization: Hashable, Sendable {
    /// One column's numbers.
    public struct Column: Hashable, Sendable {
        /// Mean of the cells present; 0 if none is.
        public var mean: Double
        /// √((1/n) Σ (v − mean)²) of the cells present; 1 for a constant column, which is thus only centred.
        public var standardDeviation: Double

        /// Both numbers.
        public init(mean: Double, standardDeviation: Double) {
            self.mean = mean
            self.standardDeviation = standardDeviation
        }
    }

    /// In the order of the columns asked for.
    public let columns: [Column]

    /// The statistics of `columns` of `table` over `rows`, in float64 and two passes; missing cells (NaN) are skipped.
    public init(of table: FeatureTable, columns: [Int], rows: [Int32]) {
        var counts = [Double](repeating: 0, count: columns.count)
        var means = counts
        var squares = counts
        var smallest = [Double](repeating: .infinity, count: columns.count)
        var largest = [Double](repeating: -.infinity, count: columns.count)
        for row in rows {
            for (index, column) in columns.enumerated() {
                let value = table[Int(row), column]
                if value.isNaN { continue }
                counts[index] += 1
                means[index] += value
                smallest[index] = min(smallest[index], value)
                largest[index] = max(largest[index], value)
            }
        }
        for index in columns.indices where counts[index] > 0 { means[index] /= counts[index] }
        for row in rows {
            for (index, column) in columns.enumerated() {
                let value = table[Int(row), column]
                if value.isNaN { continue }
                squares[index] += (value - means[index]) * (value - means[index])
            }
        }
        self.columns = columns.indices.map { index in
            // The mean of equal cells may be off by a rounding: the constant itself is the better centre.
            guard smallest[index] < largest[index] else {
                return Column(mean: counts[index] > 0 ? smallest[index] : 0, standardDeviation: 1)
            }
            let deviation = (squares[index] / counts[index]).squareRoot()
            return Column(mean: means[index], standardDeviation: deviation > 0 ? deviation : 1)
        }
    }

    /// The statistics of `values`, row-major (rows, columns).
    public init(of values: [Double], columns: Int) {
        let rows = columns == 0 ? 0 : values.count / columns
        self = values.withUnsafeBytes { bytes in
            guard rows > 0, let base = bytes.baseAddress else {
                return Standardization(
                    columns: Array(repeating: Column(mean: 0, standardDeviation: 1), count: columns))
            }
            let table = FeatureTable(base: base, element: .float64, rows: rows, columns: columns, owner: nil)
            return Standardization(of: table, columns: Array(0..<columns), rows: (0..<Int32(rows)).map { $0 })
        }
    }

    private init(columns: [Column]) { self.columns = columns }
}
