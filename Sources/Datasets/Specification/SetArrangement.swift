import JSONDocument

/// What a job of a sweep makes of the sets that every job of the same data has: choices are made without the test rows.
public enum SetArrangement: Hashable, Sendable {
    /// Train and dev as they are, test left out.
    case withoutTest
    /// Cross-validation: train and dev together are dealt into `folds` parts, the `repetition`-th time; part `index` is
    /// the dev set, the others the training set; test is left out.
    case fold(index: Int, folds: Int, repetition: Int)
    /// Train and dev together are the training set, and there is no dev set.
    case trainOnDev

    /// Folds of one dealing, and dealings, at most.
    public static let foldLimit = 50

    private enum Kind: String, CaseIterable {
        case withoutTest = "without_test"
        case fold
        case trainOnDev = "train_on_dev"
    }

    /// Writes the arrangement as an object.
    func write(into json: inout JSONWriter) {
        json.object { json in
            switch self {
            case .withoutTest: json.member("kind", Kind.withoutTest.rawValue)
            case .trainOnDev: json.member("kind", Kind.trainOnDev.rawValue)
            case .fold(let index, let folds, let repetition):
                json.member("kind", Kind.fold.rawValue)
                json.member("index", index)
                json.member("folds", folds)
                json.member("repetition", repetition)
            }
        }
    }

    /// Reads what `write(into:)` wrote; what is wrong goes to `faults`.
    init?(stored node: JSONNode, at pointer: String, faults: FaultCollector) {
        var reader = ObjectReader(node, at: pointer, faults: faults)
        defer { reader.finish() }
        switch reader.choice("kind", of: Kind.self) {
        case .withoutTest: self = .withoutTest
        case .trainOnDev: self = .trainOnDev
        case .fold:
            let folds = reader.integer("folds", in: 2...SetArrangement.foldLimit)
            let index = reader.integer("index", in: 0...SetArrangement.foldLimit - 1)
            let repetition = reader.integer("repetition", in: 0...SetArrangement.foldLimit - 1)
            guard let folds, let index, let repetition, index < folds else {
                faults.add(pointer, "needs folds, an index below that, and a repetition")
                return nil
            }
            self = .fold(index: index, folds: folds, repetition: repetition)
        case nil:
            faults.add(pointer, "needs a kind")
            return nil
        }
    }
}
