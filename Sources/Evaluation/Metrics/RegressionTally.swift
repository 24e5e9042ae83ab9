/// Gathers a regression's answers, example by example, into its metrics.
public struct RegressionTally: Sendable {
    /// Residuals that are kept to be sorted, at most: of more there are no quantiles.
    public static let residualLimit = 1 << 23

    private var total = 0.0
    private var squares = 0.0
    private var magnitudes = 0.0
    private var mean = 0.0
    private var spread = 0.0
    private var residuals: [Double] = []
    private let keepsResiduals: Bool

    /// A tally for `examples` examples.
    public init(examples: Int) {
        keepsResiduals = examples <= RegressionTally.residualLimit
        if keepsResiduals { residuals.reserveCapacity(examples) }
    }

    /// Counts an example with this target and prediction.
    public mutating func add(target: Double, prediction: Double, weight: Double = 1) {
        guard weight > 0 else { return }
        let residual = target - prediction
        squares += weight * residual * residual
        magnitudes += weight * abs(residual)
        // Welford 1962, weighted (West 1979).
        total += weight
        let step = target - mean
        mean += step * weight / total
        spread += weight * step * (target - mean)
        if keepsResiduals { residuals.append(residual) }
    }

    /// The metrics of what was counted.
    public var metrics: RegressionMetrics {
        RegressionMetrics(
            rmse: ratio(squares, total)?.squareRoot(), mae: ratio(magnitudes, total),
            r2: ratio(squares, spread).map { 1 - $0 },
            quantiles: keepsResiduals ? RegressionMetrics.quantiles(of: residuals.sorted()) : [])
    }
}

/// How well a regression does on a set.
public struct RegressionMetrics: Hashable, Sendable {
    /// The shares of residuals that `quantiles` are at.
    public static let shares = [0, 0.05, 0.25, 0.5, 0.75, 0.95, 1]

    /// √((1/n) Σ (y − ŷ)²)
    public var rmse: Double?
    /// (1/n) Σ |y − ŷ|
    public var mae: Double?
    /// 1 − Σ (y − ŷ)² / Σ (y − ȳ)²; nil where all targets are equal.
    public var r2: Double?
    /// The residuals y − ŷ at `shares`, each example counting once whatever its weight; empty where there are too many.
    public var quantiles: [Double]

    /// Linear interpolation between order statistics (Hyndman and Fan 1996, definition 7), which NumPy also uses.
    static func quantiles(of sorted: [Double]) -> [Double] {
        guard let last = sorted.last else { return [] }
        return shares.map { share in
            let place = share * Double(sorted.count - 1)
            let below = Int(place)
            guard below + 1 < sorted.count else { return last }
            return sorted[below] + (place - Double(below)) * (sorted[below + 1] - sorted[below])
        }
    }
}
