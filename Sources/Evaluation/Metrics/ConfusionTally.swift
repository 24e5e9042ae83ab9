/// Which class was taken for which, counted by weight; an example weighs 1 unless told otherwise.
public struct ConfusionTally: Sendable {
    /// The most classes of which a whole matrix is kept; of more only its diagonal and its sums.
    public static let matrixLimit = 1_000

    /// Classes K.
    public let classes: Int
    /// Row-major (K, K): row k is what examples of class k were taken for; nil above `matrixLimit` classes.
    public private(set) var matrix: [Double]?
    /// Weight of each class's examples that were recognised (K).
    public private(set) var recognised: [Double]
    /// Weight of each class's examples (K).
    public private(set) var actual: [Double]
    /// Weight of the examples taken for each class (K).
    public private(set) var predicted: [Double]

    /// A tally of nothing yet.
    public init(classes: Int) {
        self.classes = classes
        let none = [Double](repeating: 0, count: classes)
        matrix = classes <= ConfusionTally.matrixLimit ? [Double](repeating: 0, count: classes * classes) : nil
        (recognised, actual, predicted) = (none, none, none)
    }

    /// Counts an example of class `target` that was taken for class `prediction`.
    public mutating func add(target: Int, prediction: Int, weight: Double = 1) {
        matrix?[target * classes + prediction] += weight
        actual[target] += weight
        predicted[prediction] += weight
        if target == prediction { recognised[target] += weight }
    }

    /// Weight of all examples.
    public var total: Double { actual.reduce(0, +) }

    /// Share of the examples whose class was recognised; nil of none.
    public var accuracy: Double? { ratio(recognised.reduce(0, +), total) }

    /// Precision, recall and F1 of each class.
    public var scores: [ClassScores] {
        (0..<classes).map {
            ClassScores(
                precision: ratio(recognised[$0], predicted[$0]), recall: ratio(recognised[$0], actual[$0]),
                f1: ratio(2 * recognised[$0], predicted[$0] + actual[$0]), support: actual[$0])
        }
    }
}

/// How well one class, or the average class, is recognised. What would be a division by zero is nil.
public struct ClassScores: Hashable, Sendable {
    /// Of the examples taken for the class, the share that is of it.
    public var precision: Double?
    /// Of the class's examples, the share that was recognised.
    public var recall: Double?
    /// The harmonic mean of both, 2 TP / (2 TP + FP + FN).
    public var f1: Double?
    /// Weight of the class's examples; of an average that of all.
    public var support: Double

    /// All values.
    public init(precision: Double?, recall: Double?, f1: Double?, support: Double) {
        self.precision = precision
        self.recall = recall
        self.f1 = f1
        self.support = support
    }

    /// The average of `classes`, each as much as another, or by its support. A score that is undefined for some
    /// classes is the average of the others (scikit-learn's `zero_division=nan`).
    public static func average(of classes: [ClassScores], bySupport: Bool) -> ClassScores {
        func mean(_ score: (ClassScores) -> Double?) -> Double? {
            var sum = 0.0
            var weights = 0.0
            for scores in classes {
                guard let value = score(scores) else { continue }
                let weight = bySupport ? scores.support : 1
                sum += weight * value
                weights += weight
            }
            return ratio(sum, weights)
        }
        return ClassScores(
            precision: mean(\.precision), recall: mean(\.recall), f1: mean(\.f1),
            support: classes.reduce(0) { $0 + $1.support })
    }
}

/// part / whole; nil where there is no whole.
func ratio(_ part: Double, _ whole: Double) -> Double? { whole > 0 ? part / whole : nil }
