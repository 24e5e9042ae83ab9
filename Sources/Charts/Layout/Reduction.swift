/// Leaves out what the eye cannot see: a picture's size depends on its pixels, not on the number of its points.
package enum Reduction {
    /// Of the points of a line within the same half pixel across: the first, the lowest, the highest and the last.
    package static func line(_ places: [Place]) -> [Place] {
        guard places.count > 1000 else { return places }
        var kept: [Place] = []
        var start = 0
        while start < places.count {
            let column = (places[start].x * 2).rounded(.down)
            var (low, high, end) = (start, start, start)
            while end + 1 < places.count, (places[end + 1].x * 2).rounded(.down) == column {
                end += 1
                if places[end].y < places[low].y { low = end }
                if places[end].y > places[high].y { high = end }
            }
            var last = -1
            for index in [start, min(low, high), max(low, high), end] where index != last {
                kept.append(places[index])
                last = index
            }
            start = end + 1
        }
        return kept
    }

    /// The first point of each square of `cell` pixels.
    package static func points(_ places: [Place], cell: Double) -> [Place] {
        struct Cell: Hashable {
            let column: Int32
            let row: Int32
        }
        var taken = Set<Cell>()
        return places.filter {
            // A projection keeps places within a few plots' lengths, far from the ends of Int32.
            let cell = Cell(column: Int32(($0.x / cell).rounded(.down)), row: Int32(($0.y / cell).rounded(.down)))
            return taken.insert(cell).inserted
        }
    }
}
