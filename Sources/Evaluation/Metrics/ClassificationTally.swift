/// Gathers a classifier's answers, example by example, into its metrics.
public struct ClassificationTally: Sendable {
    /// Scores that are kept to be sorted, at most: of more there is no ROC area.
    public static let scoreLimit = 1 << 23

    private let columns: Int
    private let threshold: Double
    private var confusion: ConfusionTally
    private var calibration: Calibration
    private var logLoss = 0.0
    /// Of more than two classes: Σ weight · Σ_k (p_k − [y = k])².
    private var squares = 0.0
    private var targets: [Int32] = []
    private var scores: [Double]
    private var weights: [Double]?
    private let keepsScores: Bool

    /// A tally for `classes` classes and `examples` examples.
    /// - Parameters:
    ///   - bins: of the calibration.
    ///   - threshold: with two classes and one output, the probability above which an example is taken for the second.
    ///   - isWeighted: whether examples weigh differently.
    public init(
        classes: Int, outputs: Int, examples: Int, bins: Int = 10, threshold: Double = 0.5, isWeighted: Bool = false
    ) {
        columns = outputs
        self.threshold = threshold
        confusion = ConfusionTally(classes: classes)
        calibration = Calibration(bins: bins)
        let (numbers, isTooMany) = outputs.multipliedReportingOverflow(by: examples)
        keepsScores = !isTooMany && numbers <= ClassificationTally.scoreLimit
        scores = []
        weights = isWeighted ? [] : nil
        if keepsScores {
            scores.reserveCapacity(numbers)
            targets.reserveCapacity(examples)
        }
    }

    /// Counts an example of class `target` and answers what it was taken for.
    /// - Parameters:
    ///   - outputs: the probability of the second class, or one for each class.
    ///   - loss: −log of the probability of `target`.
    @discardableResult
    public mutating func add(target: Int, outputs: ArraySlice<Double>, loss: Double, weight: Double = 1) -> Int {
        let prediction: Int
        if columns == 1 {
            let probability = outputs.first ?? .nan
            prediction = probability > threshold ? 1 : 0
            calibration.add(probability: probability, cameTrue: target == 1, weight: weight)
        } else {
            var best = outputs.startIndex
            for place in outputs.indices {
                if outputs[place] > outputs[best] { best = place }
                let error = outputs[place] - (place - outputs.startIndex == target ? 1 : 0)
                squares += weight * error * error
            }
            prediction = best - outputs.startIndex
            calibration.add(probability: outputs[best], cameTrue: prediction == target, weight: weight)
        }
        confusion.add(target: target, prediction: prediction, weight: weight)
        logLoss += weight * loss
        if keepsScores {
            targets.append(Int32(target))
            scores.append(contentsOf: outputs)
            weights?.append(weight)
        }
        return prediction
    }

    /// The metrics of what was counted.
    public var metrics: ClassificationMetrics {
        let total = confusion.total
        return ClassificationMetrics(
            confusion: confusion, logLoss: ratio(logLoss, total),
            brierScore: columns == 1 ? calibration.brierScore : ratio(squares, total),
            rocAreas: rocAreas, calibration: calibration)
    }

    /// Of the second class, or of each class against the others.
    private var rocAreas: [Double?] {
        guard keepsScores else { return [Double?](repeating: nil, count: columns) }
        if columns == 1 { return [rocArea(scores: scores, isPositive: { targets[$0] == 1 }, weights: weights)] }
        return (0..<columns).map { column in
            let own = targets.indices.map { scores[$0 * columns + column] }
            return rocArea(scores: own, isPositive: { targets[$0] == column }, weights: weights)
        }
    }
}

/// How well a classifier does on a set.
public struct ClassificationMetrics: Sendable {
    /// What was taken for what: accuracy, precision, recall and F1.
    public var confusion: ConfusionTally
    /// Mean of −log of the probability of the right class.
    public var logLoss: Double?
    /// Mean of (p − y)² of the second class's probability, or of its sum over all classes (Brier 1950).
    public var brierScore: Double?
    /// The ROC area of the second class, or of each class against the others; nil where undefined.
    public var rocAreas: [Double?]
    /// Of the second class's probability, or of the probability of the class an example is taken for.
    public var calibration: Calibration

    /// The ROC area of the second class, or the mean over all classes; nil where one of them is undefined.
    public var rocArea: Double? {
        var sum = 0.0
        for area in rocAreas {
            guard let area else { return nil }
            sum += area
        }
        return ratio(sum, Double(rocAreas.count))
    }
}
