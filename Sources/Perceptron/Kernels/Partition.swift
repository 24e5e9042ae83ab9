/// A row of items cut into pieces of `size`, the last one shorter. The cut depends on shapes alone, never on the number
/// of threads, so that the result does not either.
struct Partition {
    let total: Int
    let size: Int

    private static let smallPass = 1 << 16

    /// Items of a pass over a flat block.
    static func flat(_ count: Int) -> Partition { Partition(total: count, size: smallPass) }

    /// Rows of a pass over (rows, columns).
    static func rows(_ rows: Int, columns: Int) -> Partition {
        Partition(total: rows, size: max((1 << 13) / max(columns, 1), 1))
    }

    /// Rows of the loss.
    static func losses(_ rows: Int) -> Partition { Partition(total: rows, size: 32) }

    /// Panels of units of a product (units, rows) · (rows, inputs).
    static func panels(units: Int, panel: Int, rows: Int, inputs: Int) -> Partition {
        let total = (units + panel - 1) / panel
        return Partition(total: total, size: max(Grid.smallProduct / max(panel * rows * inputs, 1), 1))
    }

    var count: Int { (total + size - 1) / size }

    subscript(index: Int) -> Range<Int> {
        let first = index * size
        return first..<min(first + size, total)
    }
}

/// A product (rows, depth) · (depth, columns) cut into pieces of rows and of panels of columns, by shapes alone.
struct Grid {
    /// A product of fewer multiplications than this is not worth sharing.
    static let smallProduct = 1 << 18
    /// Rows of which the inputs stay in the second cache while panel after panel is made of them.
    private static let mostRows = 256
    /// Fewer would not pay for having a panel's weights packed for them.
    private static let fewestRows = 32
    private static let enough = 8

    let panels: Partition
    let rows: Partition

    init(rows: Int, columns: Int, depth: Int, panel: Int) {
        let panelCount = (columns + panel - 1) / panel
        let work = max(rows, 1) * depth * min(panelCount * panel, columns + panel / 2)
        let worth = max(work / Self.smallProduct, 1)
        var rowPieces = (rows + Self.mostRows - 1) / Self.mostRows
        let panelPieces = min(panelCount, (worth + rowPieces - 1) / max(rowPieces, 1))
        if rowPieces * panelPieces < min(worth, Self.enough) {
            rowPieces = max(rowPieces, min(rows / Self.fewestRows, Self.enough / max(panelPieces, 1), worth))
        }
        self.rows = Partition(total: rows, size: Self.pieceSize(rows, max(rowPieces, 1), multiple: 8))
        panels = Partition(total: panelCount, size: Self.pieceSize(panelCount, max(panelPieces, 1), multiple: 1))
    }

    var count: Int { rows.count * panels.count }

    subscript(index: Int) -> (panels: Range<Int>, rows: Range<Int>) {
        (panels[index % panels.count], rows[index / panels.count])
    }

    private static func pieceSize(_ total: Int, _ pieces: Int, multiple: Int) -> Int {
        max(((total + pieces - 1) / pieces + multiple - 1) / multiple * multiple, 1)
    }
}
