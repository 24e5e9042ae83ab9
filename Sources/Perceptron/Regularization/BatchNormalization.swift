/// Batch normalisation of one layer (Ioffe and Szegedy 2015): y = γ (z − μ) / √(σ² + ε) + β, μ and σ² (biased) of the
/// batch in training, running averages at inference.
struct BatchNormalization<S: Scalar> {
    typealias Values = UnsafeMutablePointer<S>

    static var epsilon: Double { TrainedNetwork.batchNormEpsilon }
    /// running = 0.9 · running + 0.1 · batch
    static var keptShare: Double { 0.9 }

    let units: Int
    let gamma: Values
    let beta: Values
    let gammaGradient: Values
    let betaGradient: Values
    let runningMean: Values
    let runningVariance: Values
    /// (z − μ) / √(σ² + ε), (rows, units).
    let normalised: Values
    /// μ, (units).
    let mean: Values
    /// 1 / √(σ² + ε), (units).
    let inverseDeviation: Values
    /// Room for two sums per unit.
    let sums: UnsafeMutablePointer<Double>

    init?(
        _ place: ParameterLayout.Layer, arenas: Arenas<S>, rows: Int, workspace: Workspace
    ) throws(TrainingError) {
        guard let gamma = place.gamma, let beta = place.beta, let mean = place.runningMean,
            let variance = place.runningVariance
        else { return nil }
        units = place.units
        self.gamma = arenas.parameters + gamma.lowerBound
        self.beta = arenas.parameters + beta.lowerBound
        gammaGradient = arenas.gradient + gamma.lowerBound
        betaGradient = arenas.gradient + beta.lowerBound
        runningMean = arenas.running + mean.lowerBound
        runningVariance = arenas.running + variance.lowerBound
        normalised = try workspace.take(rows * place.units)
        self.mean = try workspace.take(place.units)
        inverseDeviation = try workspace.take(place.units)
        sums = try workspace.take(2 * place.units)
    }

    /// μ and 1/√(σ² + ε) of z (rows, units) for the units of `part`: two passes, float64, rows in order.
    func takeStatistics(_ z: Values, rows: Int, part: Range<Int>, updatesRunning: Bool) {
        let means = sums
        let variances = sums + units
        for unit in part {
            means[unit] = 0
            variances[unit] = 0
        }
        for row in 0..<rows {
            let z = z + row * units
            for unit in part { means[unit] += z[unit].double }
        }
        for unit in part { means[unit] /= Double(rows) }
        for row in 0..<rows {
            let z = z + row * units
            for unit in part {
                let difference = z[unit].double - means[unit]
                variances[unit] += difference * difference
            }
        }
        for unit in part {
            let variance = variances[unit] / Double(rows)
            mean[unit] = S(means[unit])
            inverseDeviation[unit] = S(1 / (variance + Self.epsilon).squareRoot())
            guard updatesRunning else { continue }
            runningMean[unit] = S(Self.keptShare * runningMean[unit].double + (1 - Self.keptShare) * means[unit])
            runningVariance[unit] = S(
                Self.keptShare * runningVariance[unit].double + (1 - Self.keptShare) * variance)
        }
    }

    /// z = γ ẑ + β, keeping ẑ, for `rows`.
    func normalise(_ z: Values, rows: Range<Int>) {
        for row in rows {
            let z = z + row * units
            let normalised = normalised + row * units
            for unit in 0..<units {
                let value = (z[unit] - mean[unit]) * inverseDeviation[unit]
                normalised[unit] = value
                z[unit] = gamma[unit] * value + beta[unit]
            }
        }
    }

    /// ∂J/∂γ = Σ δ ẑ and ∂J/∂β = Σ δ from δ = ∂J/∂y (rows, units), for the units of `part`.
    func takeGradients(_ delta: UnsafePointer<S>, rows: Int, part: Range<Int>) {
        let products = sums
        let plain = sums + units
        for unit in part {
            products[unit] = 0
            plain[unit] = 0
        }
        for row in 0..<rows {
            let delta = delta + row * units
            let normalised = normalised + row * units
            for unit in part {
                products[unit] += delta[unit].double * normalised[unit].double
                plain[unit] += delta[unit].double
            }
        }
        for unit in part {
            gammaGradient[unit] = S(products[unit])
            betaGradient[unit] = S(plain[unit])
        }
    }

    /// δ = ∂J/∂y becomes ∂J/∂z = γ / √(σ² + ε) · (δ − ∂J/∂β / m − ẑ ∂J/∂γ / m) for `part` of the batch's `rows`.
    func backThrough(_ delta: Values, part: Range<Int>, rows: Int) {
        let share = S(1 / Double(rows))
        for row in part {
            let delta = delta + row * units
            let normalised = normalised + row * units
            for unit in 0..<units {
                delta[unit] =
                    gamma[unit] * inverseDeviation[unit]
                    * (delta[unit] - share * (betaGradient[unit] + normalised[unit] * gammaGradient[unit]))
            }
        }
    }

    /// scale and shift of the running statistics: y = z · scale + shift.
    static func inferenceScale(
        _ place: ParameterLayout.Layer, arenas: Arenas<S>, scale: Values, shift: Values
    ) {
        guard let gamma = place.gamma, let beta = place.beta, let mean = place.runningMean,
            let variance = place.runningVariance
        else { return }
        for unit in 0..<place.units {
            let deviation = (arenas.running[variance.lowerBound + unit].double + epsilon).squareRoot()
            let factor = arenas.parameters[gamma.lowerBound + unit].double / deviation
            scale[unit] = S(factor)
            shift[unit] = S(
                arenas.parameters[beta.lowerBound + unit].double
                    - factor * arenas.running[mean.lowerBound + unit].double)
        }
    }
}
