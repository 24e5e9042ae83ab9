import Perceptron

/// Mean and population standard deviation of table columns over some rows, missing cells left out.
struct ColumnStatistics: Equatable {
    /// Cells that are not missing.
    var count = 0
    /// 0 without any.
    var mean = 0.0
    /// √(Σ(v − mean)² / count); exactly 1 for a constant column or one without cells.
    var standardDeviation = 1.0
    /// Whether there is no spread at all.
    var isConstant = true

    /// Statistics of `columns`, in two passes over `rows`: first the means, then the deviations from them, corrected
    /// for the means' own rounding (Chan, Golub and LeVeque 1983).
    static func of(_ table: FeatureTable, columns: [Int], rows: [Int32]) -> [ColumnStatistics] {
        switch table.element {
        case .float32: of(table.base.assumingMemoryBound(to: Float.self), table.columns, columns, rows) { Double($0) }
        case .float64: of(table.base.assumingMemoryBound(to: Double.self), table.columns, columns, rows) { $0 }
        }
    }

    private struct Sums {
        var count = 0
        var smallest = Double.infinity
        var largest = -Double.infinity
        var sum = 0.0
        var mean = 0.0
        var deviations = 0.0
        var squares = 0.0
    }

    @inline(__always)
    private static func of<Cell>(
        _ cells: UnsafePointer<Cell>, _ width: Int, _ columns: [Int], _ rows: [Int32], _ number: (Cell) -> Double
    ) -> [ColumnStatistics] {
        var sums = [Sums](repeating: Sums(), count: columns.count)
        sums.withUnsafeMutableBufferPointer { sums in
            for row in rows {
                let start = cells + Int(row) * width
                for (place, column) in columns.enumerated() {
                    let value = number(start[column])
                    if value.isNaN { continue }
                    sums[place].count += 1
                    sums[place].sum += value
                    sums[place].smallest = min(sums[place].smallest, value)
                    sums[place].largest = max(sums[place].largest, value)
                }
            }
            for place in sums.indices where sums[place].count > 0 {
                sums[place].mean = sums[place].sum / Double(sums[place].count)
            }
            for row in rows {
                let start = cells + Int(row) * width
                for (place, column) in columns.enumerated() {
                    let value = number(start[column])
                    if value.isNaN { continue }
                    let deviation = value - sums[place].mean
                    sums[place].deviations += deviation
                    sums[place].squares += deviation * deviation
                }
            }
        }
        return sums.map { sum in
            if sum.count == 0 { return ColumnStatistics() }
            // The mean of equal numbers may miss them by a rounding, and would leave a tiny spread.
            if sum.smallest == sum.largest {
                return ColumnStatistics(count: sum.count, mean: sum.smallest, standardDeviation: 1)
            }
            let count = Double(sum.count)
            let variance = (sum.squares - sum.deviations * sum.deviations / count) / count
            let deviation = variance > 0 ? variance.squareRoot() : 1
            return ColumnStatistics(
                count: sum.count, mean: sum.mean, standardDeviation: deviation, isConstant: !(variance > 0))
        }
    }

    /// Statistics of the one-hot columns of a text column: the mean is the category's share p, the variance p(1 − p).
    static func oneHot(_ table: FeatureTable, column: Int, categories: Int, rows: [Int32]) -> [ColumnStatistics] {
        var counts = [Int](repeating: 0, count: categories)
        var present = 0
        for row in rows {
            guard let code = Int(exactly: table[Int(row), column]), counts.indices.contains(code) else { continue }
            counts[code] += 1
            present += 1
        }
        return counts.map { count in
            let share = present == 0 ? 0 : Double(count) / Double(present)
            let isConstant = count == 0 || count == present
            let deviation = isConstant ? 1 : (share * (1 - share)).squareRoot()
            return ColumnStatistics(
                count: present, mean: share, standardDeviation: deviation, isConstant: isConstant)
        }
    }
}
