#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// The numbers training starts from.
enum InitialParameters {
    /// Fills zeroed `arenas`: drawn weights, biases 0, γ 1, β 0, running mean 0 and variance 1; or the given layers.
    static func fill<S: Scalar>(
        _ arenas: Arenas<S>, network: NetworkSpecification, training: TrainingSpecification
    ) throws(TrainingError) {
        let layout = ParameterLayout(NetworkShape(network))
        for layer in layout.layers {
            for unit in layer.gamma ?? 0..<0 { arenas.parameters[unit] = 1 }
            for unit in layer.runningVariance ?? 0..<0 { arenas.running[unit] = 1 }
        }
        if let layers = network.initialLayers {
            try copy(layers, into: arenas, layout)
        } else {
            draw(into: arenas, layout, network, training)
        }
    }

    /// The standard deviation of a layer's starting weights.
    static func standardDeviation(_ initializer: Initializer, inputs: Int, units: Int, activation: Activation?)
        -> Double
    {
        let (fanIn, fanOut) = (Double(inputs), Double(units))
        let variance: Double
        switch initializer {
        // The output layer has no activation here and counts as not of the ReLU kind.
        case .auto: variance = (activation?.isReLUKind ?? false ? 2 : 1) / fanIn
        case .he: variance = 2 / fanIn
        case .xavier: variance = 1 / fanIn
        case .glorot: variance = 2 / (fanIn + fanOut)
        case .bengio: variance = 2 / (fanIn * fanOut)
        case .zeros: variance = 0
        case .normal: variance = 1
        }
        return variance.squareRoot()
    }

    private static func draw<S: Scalar>(
        into arenas: Arenas<S>, _ layout: ParameterLayout, _ network: NetworkSpecification,
        _ training: TrainingSpecification
    ) {
        guard network.initializer != .zeros else { return }
        let philox = Philox(seed: training.seed, purpose: .initialWeights)
        var numpy = NumPyRandomState(seed: UInt32(truncatingIfNeeded: training.seed))
        for (number, layer) in layout.layers.enumerated() {
            let activation = number < network.hiddenLayers.count ? network.hiddenLayers[number].activation : nil
            let deviation = standardDeviation(
                network.initializer, inputs: layer.inputs, units: layer.units, activation: activation)
            let weights = arenas.parameters + layer.weights.lowerBound
            switch training.generator {
            case .numpy:
                for index in 0..<layer.weights.count { weights[index] = S(numpy.normal() * deviation) }
            case .philox:
                var index = 0
                while index < layer.weights.count {
                    let pair = normals(philox, block: UInt32(truncatingIfNeeded: index / 2), layer: UInt32(number))
                    weights[index] = S(pair.0 * deviation)
                    if index + 1 < layer.weights.count { weights[index + 1] = S(pair.1 * deviation) }
                    index += 2
                }
            }
        }
    }

    /// Two independent standard normals (Box and Muller 1958) from the four words at `block`.
    private static func normals(_ philox: Philox, block: UInt32, layer: UInt32) -> (Double, Double) {
        let words = philox.words(block: block, minor: layer)
        func uniform(_ high: UInt32, _ low: UInt32) -> Double {
            // 53 bits, shifted by a half so that 0 cannot come.
            (Double((UInt64(high) << 32 | UInt64(low)) >> 11) + 0.5) * 0x1p-53
        }
        let radius = (-2 * Double.log(uniform(words[0], words[1]))).squareRoot()
        let angle = 2 * Double.pi * uniform(words[2], words[3])
        return (radius * cos(angle), radius * sin(angle))
    }

    private static func copy<S: Scalar>(
        _ layers: [LayerParameters], into arenas: Arenas<S>, _ layout: ParameterLayout
    ) throws(TrainingError) {
        guard layers.count == layout.layers.count else {
            throw .initialLayerCount(expected: layout.layers.count, found: layers.count)
        }
        for (number, (layer, place)) in zip(layers, layout.layers).enumerated() {
            let norm = layer.batchNorm
            let tensors: [(String, [Double], UnsafeMutablePointer<S>, Range<Int>?)] = [
                ("weights", layer.weights, arenas.parameters, place.weights),
                ("biases", layer.biases, arenas.parameters, place.biases),
                ("gamma", norm?.gamma ?? [], arenas.parameters, place.gamma),
                ("beta", norm?.beta ?? [], arenas.parameters, place.beta),
                ("running_mean", norm?.runningMean ?? [], arenas.running, place.runningMean),
                ("running_variance", norm?.runningVariance ?? [], arenas.running, place.runningVariance),
            ]
            for (name, values, arena, range) in tensors {
                let expected = range?.count ?? 0
                guard values.count == expected else {
                    throw .initialLayerSize(layer: number, tensor: name, expected: expected, found: values.count)
                }
                guard let range else { continue }
                for (index, value) in zip(range, values) {
                    arena[index] = S(value)
                    guard arena[index].isFinite, name != "running_variance" || value >= 0 else {
                        throw .initialLayerValue(layer: number, tensor: name)
                    }
                }
            }
            // W·x + b − mean = W·x − (mean − b): a batch-norm layer has no use for biases.
            for (bias, mean) in zip(place.biases, place.runningMean ?? 0..<0) {
                arenas.running[mean] -= arenas.parameters[bias]
                arenas.parameters[bias] = 0
            }
        }
    }
}
