import Charts

/// Numbers that look random and are the same in each run (splitmix64).
struct Draw: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

/// One picture of each kind, with ordinary data.
enum Picture: String, CaseIterable, Sendable {
    case learningCurve, decisionBoundary, manyClasses, classProbabilities, valueSurface, weights, calibration, sweep,
        sweepWords
    case gradientNorms, confusionMatrix, predictionCurve

    var chart: Chart {
        switch self {
        case .learningCurve: Self.learningCurve(title: "Learning curve").chart
        case .decisionBoundary:
            Self.boundary(
                .probabilities(Self.plane.map { $0.x * $0.x + 0.3 * $0.y }, threshold: 0.5)
            ).chart
        case .manyClasses: Self.boundary(.classes(Self.plane.map { Int($0.x * 2.9) + Int($0.y * 1.9) })).chart
        case .classProbabilities:
            Self.boundary(
                .classProbabilities([Self.plane.map(\.x), Self.plane.map(\.y), Self.plane.map { 1 - $0.x - $0.y }])
            ).chart
        case .predictionCurve:
            PredictionCurve(
                title: "Curve", xName: "x1", yName: "probability", x: Self.steps,
                outputs: [.init(name: "probability of b", values: Self.steps)], yDomain: 0...1, threshold: 0.5,
                classes: ["a", "b"], points: [.init(x: 0.25, y: 0, label: 0, role: .train)]
            ).chart
        case .valueSurface:
            ValueSurface(
                title: "Surface", xName: "x1", yName: "x2",
                surface: Surface(x: Self.steps, y: Self.steps, values: Self.plane.map { $0.x * $0.y }, label: "price"),
                points: [.init(x: 0.5, y: 0.5, role: .dev)]
            ).chart
        case .weights:
            WeightHistograms(
                title: "Weights",
                layers: [
                    LayerHistogram(name: "layer 1", weights: Self.steps),
                    LayerHistogram(name: "layer 2", weights: [0.0, 1]),
                ]
            ).chart
        case .calibration:
            CalibrationCurve(
                title: "Calibration",
                bins: [
                    .init(lower: 0, upper: 0.5, meanPredicted: 0.3, observedShare: 0.2, count: 40),
                    .init(lower: 0.5, upper: 1, meanPredicted: 0.8, observedShare: 0.9, count: 60),
                ]
            ).chart
        case .sweep:
            SweepCurve(
                title: "Sweep", parameter: "l2_lambda", score: "dev loss", isLogarithmic: true,
                trials: [.init(value: 0, score: 0.3), .init(value: 0.1, score: 0.2), .init(value: 1, score: 0.25)],
                summaries: [
                    .init(value: 0.1, mean: 0.2, standardError: 0.02), .init(value: 1, mean: 0.25, standardError: 0.02),
                ],
                best: 0.1, oneStandardError: 1
            ).chart
        case .sweepWords:
            SweepCategories(
                title: "Sweep", parameter: "initializer", score: "dev loss", values: ["he", "xavier"],
                trials: [.init(value: "he", score: 0.2), .init(value: "unknown", score: 0.3)],
                summaries: [.init(value: "he", mean: 0.2, standardError: 0.01)], best: "he", oneStandardError: "he"
            ).chart
        case .gradientNorms:
            GradientNorms(
                title: "Gradient norms",
                series: [.init(name: "normal", norms: [1e-12, 1e-6, 1]), .init(name: "he", norms: [0, 1, 2])]
            ).chart
        case .confusionMatrix:
            ConfusionMatrix(title: "Confusion", classes: ["cat", "dog"], counts: [[50, 2], [3, 40]]).chart
        }
    }

    static func learningCurve(title: String, subtitle: String = "") -> LearningCurve {
        let epochs = Array(stride(from: 1.0, through: 50, by: 1))
        return LearningCurve(
            title: title, subtitle: subtitle, trainLoss: Curve(x: epochs, y: epochs.map { 1 / $0 }),
            devLoss: Curve(x: epochs, y: epochs.map { 0.1 + 1 / $0 }), metric: "accuracy",
            trainMetric: Curve(x: epochs, y: epochs.map { 1 - 0.5 / $0 }), bestEpoch: 30)
    }

    private static let steps = Array(stride(from: 0.0, through: 1, by: 0.05))
    private static let plane = steps.flatMap { y in steps.map { x in (x: x, y: y) } }

    private static func boundary(_ predictions: Regions.Predictions) -> DecisionBoundary {
        DecisionBoundary(
            title: "Decision boundary", xName: "x1", yName: "x2", classes: ["no", "yes"],
            regions: Regions(x: steps, y: steps, predictions: predictions),
            points: ExampleRole.allCases.enumerated().map {
                ClassifiedPoint(x: 0.2 + 0.3 * Double($0), y: 0.5, label: $0 % 2, role: $1)
            })
    }
}
