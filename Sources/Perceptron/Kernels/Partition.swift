/// A row of items cut into pieces of `size`, the last one shorter. The cut depends on shapes alone, never on the number
/// of threads, so that the result does not either.
struct Partition {
    let total: Int
    let size: Int

    /// A product of fewer multiplications than this is not worth sharing.
    private static let smallProduct = 4 << 20
    private static let smallPass = 1 << 16

    /// Rows of a product (rows, inputs) · (inputs, units): pieces of 64 to 512, about eight of them.
    static func rows(_ rows: Int, inputs: Int, units: Int) -> Partition {
        guard rows * inputs * units >= smallProduct else { return Partition(total: rows, size: max(rows, 1)) }
        return Partition(total: rows, size: min(max((rows / 8 + 15) / 16 * 16, 64), 512))
    }

    /// Units of a product (units, rows) · (rows, inputs): no sum over rows is split.
    static func units(_ units: Int, inputs: Int, rows: Int) -> Partition {
        guard rows * inputs * units >= smallProduct else { return Partition(total: units, size: max(units, 1)) }
        return Partition(total: units, size: min(max((units / 4 + 15) / 16 * 16, 64), 256))
    }

    /// Units of a sum over rows.
    static func columnSums(units: Int, rows: Int) -> Partition {
        Partition(total: units, size: rows * units < smallPass ? max(units, 1) : 64)
    }

    /// Items of a pass over a flat block.
    static func flat(_ count: Int) -> Partition { Partition(total: count, size: smallPass) }

    var count: Int { (total + size - 1) / size }

    subscript(index: Int) -> Range<Int> {
        let first = index * size
        return first..<min(first + size, total)
    }
}
