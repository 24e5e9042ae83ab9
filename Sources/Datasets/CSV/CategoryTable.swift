/// The distinct texts of one column, numbered in the order met: a hash table over bytes, so that a cell costs no
/// String.
struct CategoryTable {
    private var bytes: [UInt8] = []
    private var ends: [Int] = []
    /// Category number per slot, −1 for a free one; a power of two of them, at most half used. None while there are no
    /// texts: most columns of a wide table never have any.
    private var slots: [Int32] = []

    /// How many texts are known.
    var count: Int { ends.count }

    /// The texts' bytes, in the order met.
    func text(_ category: Int) -> ArraySlice<UInt8> { bytes[(category == 0 ? 0 : ends[category - 1])..<ends[category]] }

    private static func hash(_ text: UnsafeRawBufferPointer) -> Int {
        // Seeded at random per process: a file cannot be made to collide.
        var hasher = Hasher()
        hasher.combine(bytes: text)
        return hasher.finalize()
    }

    private func slot(_ text: UnsafeRawBufferPointer) -> Int {
        var slot = CategoryTable.hash(text) & (slots.count - 1)
        while slots[slot] >= 0, !self.text(Int(slots[slot])).elementsEqual(text) {
            slot = (slot + 1) & (slots.count - 1)
        }
        return slot
    }

    /// The number of `text`, if it is known.
    func find(_ text: UnsafeRawBufferPointer) -> Int? {
        if slots.isEmpty { return nil }
        let category = slots[slot(text)]
        return category < 0 ? nil : Int(category)
    }

    /// Adds a text that `find` does not know.
    mutating func add(_ text: UnsafeRawBufferPointer) -> Int {
        let category = count
        if (count + 1) * 2 > slots.count { grow() }
        slots[slot(text)] = Int32(category)
        bytes.append(contentsOf: text)
        ends.append(bytes.count)
        return category
    }

    private mutating func grow() {
        slots = Array(repeating: -1, count: max(16, slots.count * 2))
        for category in 0..<count {
            let free = text(category).withUnsafeBytes { bytes in
                var slot = CategoryTable.hash(bytes) & (slots.count - 1)
                while slots[slot] >= 0 { slot = (slot + 1) & (slots.count - 1) }
                return slot
            }
            slots[free] = Int32(category)
        }
    }

    /// The texts in the order of their bytes, and for each number given so far its place in that order.
    func sorted() -> (texts: [String], places: [Double]) {
        let order = (0..<count).sorted { text($0).lexicographicallyPrecedes(text($1)) }
        var places = [Double](repeating: 0, count: count)
        for (place, category) in order.enumerated() { places[category] = Double(place) }
        return (order.map { String(decoding: text($0), as: UTF8.self) }, places)
    }
}
