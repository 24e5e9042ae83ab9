/// Whether starting weights suit the network, from the variances that signal and gradient are expected to have layer by
/// layer in a wide network of independent weights (Poole et al. 2016; Schoenholz et al. 2017; for ReLU He et al. 2015),
/// the inputs' mean square being 1.
struct InitializerRule {
    /// Standard deviation of pre-activations beyond which they are lost or saturate.
    static var signal: ClosedRange<Double> { 0.02...10 }
    /// Norm of the gradient at the first hidden layer beside that at the last one.
    static var gradient: ClosedRange<Double> { 0.01...100 }

    /// The first layer to leave the range, or the first of all where the gradient does.
    static func alarm(_ network: NetworkSpecification) -> HealthAlarm? {
        guard network.initialLayers == nil, !network.hiddenLayers.isEmpty else { return nil }
        if network.initializer == .zeros {
            // All units of a layer are equal and stay so.
            return HealthAlarm(.initializer, layer: 1, epoch: 0, value: 0, threshold: signal.lowerBound)
        }
        // Batch normalisation takes the scale out again.
        guard !network.batchNorm, let fault = fault(network, network.initializer) else { return nil }
        // What no choice of initializer would help is not the initializer's fault.
        return Self.fault(network, .auto) == nil ? fault : nil
    }

    private static func fault(_ network: NetworkSpecification, _ initializer: Initializer) -> HealthAlarm? {
        let units = network.hiddenLayers.map(\.units) + [network.outputs]
        var fanIn = network.inputs
        /// Mean square of what the layer reads, and the gain of the gradient's squared norm from layer 2 on.
        var square = 1.0
        var gain = 1.0
        for (number, width) in units.enumerated() {
            let activation = number < network.hiddenLayers.count ? network.hiddenLayers[number].activation : nil
            let deviation = InitialParameters.standardDeviation(
                initializer, inputs: fanIn, units: width, activation: activation)
            let scale = deviation * deviation * Double(fanIn)
            let variance = scale * square
            let size = variance.squareRoot()
            if !signal.contains(size) {
                return HealthAlarm(
                    .initializer, layer: number + 1, epoch: 0, value: size,
                    threshold: size < 1 ? signal.lowerBound : signal.upperBound)
            }
            guard let activation else { break }
            // From this layer back to the one before, whose derivative is already in `gain`.
            if number > 0 { gain *= scale }
            square = activation.meanSquare(variance)
            if number < network.hiddenLayers.count - 1 { gain *= activation.meanSquareDerivative(variance) }
            fanIn = width
        }
        let ratio = gain.squareRoot()
        if gradient.contains(ratio) { return nil }
        return HealthAlarm(
            .initializer, layer: 1, epoch: 0, value: ratio,
            threshold: ratio < 1 ? gradient.lowerBound : gradient.upperBound)
    }
}

extension Activation {
    /// E g(z)² for a normal z of the given variance.
    fileprivate func meanSquare(_ variance: Double) -> Double {
        switch self {
        case .relu: variance / 2
        case .leakyReLU: variance * (1 + 1e-4) / 2
        case .identity: variance
        case .tanh, .sigmoid: mean(variance) { value($0) * value($0) }
        }
    }

    /// E g′(z)² for the same.
    fileprivate func meanSquareDerivative(_ variance: Double) -> Double {
        switch self {
        case .relu: 0.5
        case .leakyReLU: (1 + 1e-4) / 2
        case .identity: 1
        case .tanh:
            mean(variance) {
                let slope = 1 - value($0) * value($0)
                return slope * slope
            }
        case .sigmoid:
            mean(variance) {
                let slope = value($0) * (1 - value($0))
                return slope * slope
            }
        }
    }

    private func value(_ z: Double) -> Double {
        let sigmoid = 1 / (1 + Double.exp(self == .tanh ? -2 * z : -z))
        return self == .tanh ? 2 * sigmoid - 1 : sigmoid
    }

    /// The mean of f over a normal distribution, by the trapezoidal rule from −6 to 6 deviations.
    private func mean(_ variance: Double, _ f: (Double) -> Double) -> Double {
        let deviation = variance.squareRoot()
        var sum = 0.0
        var weights = 0.0
        for step in -24...24 {
            let z = Double(step) / 4
            let weight = Double.exp(-z * z / 2)
            sum += weight * f(deviation * z)
            weights += weight
        }
        return sum / weights
    }
}
