import CKernels

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
    let normalised: Matrix<S>
    /// μ, (units).
    let mean: Values
    /// 1 / √(σ² + ε), (units).
    let inverseDeviation: Values
    /// Room for two sums per unit.
    let sums: UnsafeMutablePointer<Double>
    private let kernels: Kernels<S>

    init?(
        _ place: ParameterLayout.Layer, arenas: Arenas<S>, rows: Int, _ kernels: Kernels<S>, workspace: Workspace
    ) throws(TrainingError) {
        guard let gamma = place.gamma, let beta = place.beta, let mean = place.runningMean,
            let variance = place.runningVariance
        else { return nil }
        units = place.units
        self.kernels = kernels
        self.gamma = arenas.parameters + gamma.lowerBound
        self.beta = arenas.parameters + beta.lowerBound
        gammaGradient = arenas.gradient + gamma.lowerBound
        betaGradient = arenas.gradient + beta.lowerBound
        runningMean = arenas.running + mean.lowerBound
        runningVariance = arenas.running + variance.lowerBound
        normalised = try .panels(rows: rows, columns: place.units, kernels, workspace)
        self.mean = try workspace.take(place.units)
        inverseDeviation = try workspace.take(place.units)
        sums = try workspace.take(2 * place.units)
    }

    /// Panels of units whose sums over `rows` are taken together.
    func columns(rows: Int) -> Partition {
        Partition.panels(units: units, panel: kernels.panel, rows: rows, inputs: 8)
    }

    private func unitRange(_ panels: Range<Int>) -> Range<Int> {
        (panels.lowerBound * kernels.panel)..<min(panels.upperBound * kernels.panel, units)
    }

    /// μ and 1/√(σ² + ε) of z (rows, units) for the units in the panels `part`: two passes, float64, rows in order.
    func takeStatistics(_ z: Matrix<S>, rows: Int, part: Range<Int>, updatesRunning: Bool) {
        let part = unitRange(part)
        let means = sums
        let variances = sums + units
        var z = z.place
        let (first, count) = (Int64(part.lowerBound), Int64(part.count))
        kernels.table.pointee.column_sums(&z, Int64(rows), first, count, means + part.lowerBound)
        for unit in part { means[unit] /= Double(rows) }
        kernels.table.pointee.column_squares(
            &z, means + part.lowerBound, Int64(rows), first, count, variances + part.lowerBound)
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

    /// For the kernel that makes z = dropout(g(γ ẑ + β)), keeping ẑ.
    func constants(_ z: Matrix<S>, _ activation: Activation, _ site: DropoutMasks.Site?) -> ck_norm {
        ck_norm(
            values: z.place, normalised: normalised.place, units: Int64(units), mean: mean,
            inverse_deviation: inverseDeviation, gamma: gamma, beta: beta, activation: activation.kernelNumber,
            mask: site.map { UnsafePointer($0.mask) }, scale: site.map { 1 / $0.keepProb } ?? 1)
    }

    /// ∂J/∂γ = Σ δ ẑ and ∂J/∂β = Σ δ from δ = ∂J/∂y (rows, units), for the units in the panels `part`.
    func takeGradients(_ delta: Matrix<S>, rows: Int, part: Range<Int>) {
        let part = unitRange(part)
        let products = sums
        let plain = sums + units
        var (delta, normalised) = (delta.place, normalised.place)
        let (first, count) = (Int64(part.lowerBound), Int64(part.count))
        kernels.table.pointee.column_products(
            &delta, &normalised, Int64(rows), first, count, products + part.lowerBound)
        kernels.table.pointee.column_sums(&delta, Int64(rows), first, count, plain + part.lowerBound)
        for unit in part {
            gammaGradient[unit] = S(products[unit])
            betaGradient[unit] = S(plain[unit])
        }
    }

    /// δ = ∂J/∂y becomes ∂J/∂z = γ / √(σ² + ε) · (δ − ∂J/∂β / m − ẑ ∂J/∂γ / m) for panels and `part` of the batch's
    /// `rows`.
    func backThrough(_ delta: Matrix<S>, panels: Range<Int>, part: Range<Int>, rows: Int) {
        var delta = delta.place
        var constants = constants(normalised, .identity, nil)
        kernels.table.pointee.norm_backward(
            &constants, &delta, 1 / Double(rows), betaGradient, gammaGradient, Int64(panels.lowerBound),
            Int64(panels.count), Int64(part.lowerBound), Int64(part.count))
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
