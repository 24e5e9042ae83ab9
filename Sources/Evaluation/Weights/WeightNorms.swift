import Perceptron

/// How large the weights of a layer are, biases left out.
public struct WeightNorms: Hashable, Sendable {
    /// A weight whose magnitude is below this counts as near 0.
    public static let nearZero = 1e-3

    /// Weights.
    public var count = 0
    /// Σ |w|
    public var l1 = 0.0
    /// Σ w²
    public var squares = 0.0
    /// The largest |w|.
    public var largest = 0.0
    /// How many are near 0.
    public var nearZeroCount = 0

    /// The norms of no weights.
    public init() {}

    /// √(Σ w²)
    public var l2: Double { squares.squareRoot() }
    /// Share of the weights that are near 0.
    public var nearZeroShare: Double { ratio(Double(nearZeroCount), Double(count)) ?? 0 }

    /// The norms of each layer of `network`, the output layer last.
    public static func ofLayers(of network: TrainedNetwork) -> [WeightNorms] {
        network.layout.layers.map { layer in
            var norms = WeightNorms()
            switch network.parameters {
            case .float32(let numbers):
                numbers.withUnsafeBufferPointer { norms.add(UnsafeBufferPointer(rebasing: $0[layer.weights])) }
            case .float64(let numbers):
                numbers.withUnsafeBufferPointer { norms.add(UnsafeBufferPointer(rebasing: $0[layer.weights])) }
            }
            return norms
        }
    }

    private mutating func add(_ weights: UnsafeBufferPointer<some BinaryFloatingPoint>) {
        count += weights.count
        for weight in weights {
            let magnitude = abs(Double(weight))
            l1 += magnitude
            squares += magnitude * magnitude
            largest = max(largest, magnitude)
            if magnitude < WeightNorms.nearZero { nearZeroCount += 1 }
        }
    }
}

extension [WeightNorms] {
    /// (λ₂/2m) Σ‖W‖² + (λ₁/2m) Σ|W| of `training` over `examples` training examples.
    public func penalty(_ training: TrainingSpecification, examples: Int) -> Double {
        var penalty = 0.0
        if training.l2Lambda != 0 { penalty += training.l2Lambda * reduce(0) { $0 + $1.squares } }
        if training.l1Lambda != 0 { penalty += training.l1Lambda * reduce(0) { $0 + $1.l1 } }
        return penalty / (2 * Double(Swift.max(examples, 1)))
    }
}
