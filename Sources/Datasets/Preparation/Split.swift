import Perceptron

/// Deals rows into three sets at random, the same for the same seed; each set's rows ascend.
struct Split {
    var train: [Int32]
    var dev: [Int32]
    var test: [Int32]

    /// Sets as they are given.
    init(train: [Int32], dev: [Int32], test: [Int32]) {
        self.train = train
        self.dev = dev
        self.test = test
    }

    /// All rows as one class: round(m · share) rows for dev and test, the rest for train.
    init(_ rows: [Int32], _ fractions: SplitSpecification.Fractions, seed: UInt64) {
        self.init(groups: [rows], rowCount: rows.count, fractions, seed: seed)
    }

    /// Every class by its share: dev and test get round(m · share) rows in all, from each class its share rounded down
    /// or up, the largest remainders up; but one row of each class always stays in train.
    init(
        _ rows: [Int32], classOfRow: [Int32], classes: Int, _ fractions: SplitSpecification.Fractions, seed: UInt64
    ) {
        var groups = [[Int32]](repeating: [], count: classes)
        for (row, index) in zip(rows, classOfRow) { groups[Int(index)].append(row) }
        self.init(groups: groups, rowCount: rows.count, fractions, seed: seed)
    }

    private init(groups: [[Int32]], rowCount: Int, _ fractions: SplitSpecification.Fractions, seed: UInt64) {
        self.init(train: [], dev: [], test: [])
        let random = Philox(seed: seed, purpose: .split)
        var room = groups.map { max($0.count - 1, 0) }
        let devCounts = Split.allocate(fractions.dev, groups.map(\.count), total: rowCount, room: &room)
        let testCounts = Split.allocate(fractions.test, groups.map(\.count), total: rowCount, room: &room)
        for (index, group) in groups.enumerated() {
            var order = group
            random.shuffle(&order, major: UInt32(index))
            let devEnd = devCounts[index]
            let testEnd = devEnd + testCounts[index]
            dev += order[..<devEnd]
            test += order[devEnd..<testEnd]
            train += order[testEnd...]
        }
        train.sort()
        dev.sort()
        test.sort()
    }

    /// How many rows of each group a set gets (largest remainders), at most `room`, which shrinks by as many.
    private static func allocate(_ share: Double, _ sizes: [Int], total: Int, room: inout [Int]) -> [Int] {
        let exact = sizes.map { Double($0) * share }
        var counts = zip(exact, room).map { min(Int($0), $1) }
        var left = Int((Double(total) * share).rounded()) - counts.reduce(0, +)
        let order = sizes.indices.sorted {
            let (a, b) = (exact[$0] - exact[$0].rounded(.down), exact[$1] - exact[$1].rounded(.down))
            return a == b ? $0 < $1 : a > b
        }
        for index in order where left > 0 && counts[index] < room[index] {
            counts[index] += 1
            left -= 1
        }
        for index in sizes.indices { room[index] -= counts[index] }
        return counts
    }
}
