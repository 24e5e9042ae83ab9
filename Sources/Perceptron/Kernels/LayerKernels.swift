/// The passes over one layer's rows, all row-major (rows, units) and without gaps.
enum LayerKernels<S: Scalar> {
    typealias Values = UnsafeMutablePointer<S>

    /// out (rows, units) = input (rows, inputs) · weightsᵀ (inputs, units)
    static func linear(
        _ input: UnsafePointer<S>, _ weights: UnsafePointer<S>, rows: Int, inputs: Int, units: Int, into out: Values
    ) {
        S.gemm(false, true, rows, units, inputs, input, inputs, weights, inputs, out, units)
    }

    /// out (rows, inputs) = delta (rows, units) · weights (units, inputs)
    static func backThroughLinear(
        _ delta: UnsafePointer<S>, _ weights: UnsafePointer<S>, rows: Int, inputs: Int, units: Int, into out: Values
    ) {
        S.gemm(false, false, rows, inputs, units, delta, units, weights, inputs, out, inputs)
    }

    /// out (part, inputs) = deltaᵀ (part, rows) · input (rows, inputs) for the units of `part`
    static func weightGradient(
        _ delta: UnsafePointer<S>, _ input: UnsafePointer<S>, part: Range<Int>, rows: Int, inputs: Int, units: Int,
        into out: Values
    ) {
        S.gemm(
            true, false, part.count, inputs, rows, delta + part.lowerBound, units, input, inputs,
            out + part.lowerBound * inputs, inputs)
    }

    /// z += biases, row by row.
    static func addBiases(_ z: Values, _ biases: UnsafePointer<S>, rows: Int, units: Int) {
        for row in 0..<rows {
            let z = z + row * units
            for unit in 0..<units { z[unit] += biases[unit] }
        }
    }

    /// z = g(z · scale + shift), scale and shift per unit.
    static func scaleAndActivate(
        _ z: Values, scale: UnsafePointer<S>, shift: UnsafePointer<S>, rows: Int, units: Int, _ activation: Activation
    ) {
        for row in 0..<rows {
            let z = z + row * units
            for unit in 0..<units { z[unit] = z[unit] * scale[unit] + shift[unit] }
        }
        activate(z, count: rows * units, activation)
    }

    /// z = g(z + biases)
    static func biasAndActivate(
        _ z: Values, _ biases: UnsafePointer<S>, rows: Int, units: Int, _ activation: Activation
    ) {
        guard activation == .relu else {
            addBiases(z, biases, rows: rows, units: units)
            activate(z, count: rows * units, activation)
            return
        }
        for row in 0..<rows {
            let z = z + row * units
            for unit in 0..<units { z[unit] = rectified(z[unit] + biases[unit]) }
        }
    }

    /// z = g(z)
    static func activate(_ z: Values, count: Int, _ activation: Activation) {
        switch activation {
        case .identity: break
        case .relu: for index in 0..<count { z[index] = rectified(z[index]) }
        case .leakyReLU:
            let slope = S(leakyReLUSlope)
            for index in 0..<count { z[index] *= z[index] < 0 ? slope : 1 }
        case .tanh: for index in 0..<count { z[index] = S.tanh(z[index]) }
        case .sigmoid: for index in 0..<count { z[index] = sigmoid(z[index]) }
        }
    }

    /// delta = delta ∘ g′, g′ from the activation's value a = g(z).
    static func multiplyByDerivative(
        _ delta: Values, _ activated: UnsafePointer<S>, count: Int, _ activation: Activation
    ) {
        switch activation {
        case .identity: break
        // A product with 0 or 1 where a choice would do: choices become branches, products vectors.
        case .relu: for index in 0..<count { delta[index] *= activated[index] > 0 ? 1 : 0 }
        case .leakyReLU:
            let slope = S(leakyReLUSlope)
            for index in 0..<count { delta[index] *= activated[index] > 0 ? 1 : slope }
        case .tanh: for index in 0..<count { delta[index] *= 1 - activated[index] * activated[index] }
        case .sigmoid: for index in 0..<count { delta[index] *= activated[index] * (1 - activated[index]) }
        }
    }

    /// out = a / keepProb where the mask keeps, 0 where not: inverted dropout, forward and backward.
    static func drop(
        _ a: UnsafePointer<S>, mask: UnsafePointer<UInt8>, keepProb: S, count: Int, into out: Values
    ) {
        for index in 0..<count { out[index] = a[index] / keepProb * S(mask[index]) }
    }

    /// NaN stays NaN, so that a broken weight cannot hide behind a unit that is off.
    @inline(__always)
    private static func rectified(_ z: S) -> S { z < 0 ? 0 : z }

    /// 1 / (1 + e^−z) without overflow.
    @inline(__always)
    static func sigmoid(_ z: S) -> S {
        let e = S.exp(-z.magnitude)
        return (z < 0 ? e : 1) / (1 + e)
    }
}

/// g(z) = 0.01 z below 0.
let leakyReLUSlope = 0.01
