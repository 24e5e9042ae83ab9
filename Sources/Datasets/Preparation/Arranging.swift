import JSONDocument
import Perceptron

extension Split {
    /// The sets as `arrangement` has them; each set's rows ascend.
    /// - Parameters:
    ///   - groups: the usable rows by class where folds are to have each class by its share, else all in one group.
    ///   - seed: decides how rows are dealt into folds: the same for every job of a sweep.
    ///   - pointer: where `data` is.
    func arranged(
        _ arrangement: SetArrangement?, groups: () -> [[Int32]], seed: UInt64, at pointer: String
    ) throws(Faults) -> Split {
        switch arrangement {
        case nil: return self
        case .withoutTest: return Split(train: train, dev: dev, test: [])
        case .trainOnDev: return Split(train: (train + dev).sorted(), dev: [], test: test)
        case .fold(let index, let folds, let repetition):
            guard train.count + dev.count >= folds else {
                let rows = train.count + dev.count
                throw Faults(pointer: pointer, detail: "has \(rows) rows beside the test set for \(folds) folds")
            }
            let held = Set(test)
            let random = Philox(seed: seed, purpose: .folds)
            var split = Split(train: [], dev: [], test: [])
            // Rows are dealt round, and the next group goes on where the last one ended: folds differ by a row at most.
            var next = 0
            for (number, group) in groups().enumerated() {
                var order = held.isEmpty ? group : group.filter { !held.contains($0) }
                let place = number * SetArrangement.foldLimit + repetition
                random.shuffle(&order, major: UInt32(truncatingIfNeeded: place))
                for row in order {
                    if next == index { split.dev.append(row) } else { split.train.append(row) }
                    next = (next + 1) % folds
                }
            }
            split.train.sort()
            split.dev.sort()
            return split
        }
    }
}

extension ResolvedTarget {
    /// `rows`, to which `classOfRow` belongs, by class.
    func grouped(_ rows: [Int32]) -> [[Int32]] {
        var groups = [[Int32]](repeating: [], count: classes.count)
        for (row, index) in zip(rows, classOfRow) { groups[Int(index)].append(row) }
        return groups
    }
}
