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

    // At random for each table: whoever writes a file cannot know which texts collide.
    private let seed = UInt64.random(in: .min ... .max)
    private let factor = UInt64.random(in: .min ... .max) | 1

    /// Eight bytes at a time: both halves of the product, folded.
    @inline(__always)
    private func hash(_ text: UnsafeRawBufferPointer) -> Int {
        var state = seed ^ UInt64(text.count)
        var at = 0
        while text.count - at > 8 {
            state = fold(state ^ text.loadUnaligned(fromByteOffset: at, as: UInt64.self))
            at += 8
        }
        return Int(truncatingIfNeeded: fold(fold(state ^ CategoryTable.last(text))))
    }

    /// The last eight bytes, or all of a shorter text; overlapping loads rather than a loop over a few bytes.
    @inline(__always)
    private static func last(_ text: UnsafeRawBufferPointer) -> UInt64 {
        let count = text.count
        if count >= 8 { return text.loadUnaligned(fromByteOffset: count - 8, as: UInt64.self) }
        if count >= 4 {
            let first = text.loadUnaligned(as: UInt32.self)
            let last = text.loadUnaligned(fromByteOffset: count - 4, as: UInt32.self)
            return UInt64(first) << 32 | UInt64(last)
        }
        if count == 0 { return 0 }
        return UInt64(text[0]) << 16 | UInt64(text[count / 2]) << 8 | UInt64(text[count - 1])
    }

    @inline(__always)
    private func fold(_ word: UInt64) -> UInt64 {
        let product = word.multipliedFullWidth(by: factor)
        return product.high ^ product.low
    }

    private func slot(_ text: UnsafeRawBufferPointer) -> Int {
        let mask = slots.count - 1
        return slots.withUnsafeBufferPointer { slots in
            ends.withUnsafeBufferPointer { ends in
                bytes.withUnsafeBytes { bytes in
                    var slot = hash(text) & mask
                    while slots[slot] >= 0 {
                        let category = Int(slots[slot])
                        let start = category == 0 ? 0 : ends[category - 1]
                        let known = UnsafeRawBufferPointer(rebasing: bytes[start..<ends[category]])
                        if CategoryTable.areEqual(known, text) { return slot }
                        slot = (slot + 1) & mask
                    }
                    return slot
                }
            }
        }
    }

    @inline(__always)
    private static func areEqual(_ one: UnsafeRawBufferPointer, _ other: UnsafeRawBufferPointer) -> Bool {
        if one.count != other.count { return false }
        var at = 0
        while one.count - at > 8 {
            if one.loadUnaligned(fromByteOffset: at, as: UInt64.self)
                != other.loadUnaligned(fromByteOffset: at, as: UInt64.self)
            {
                return false
            }
            at += 8
        }
        return last(one) == last(other)
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
                var slot = hash(bytes) & (slots.count - 1)
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
