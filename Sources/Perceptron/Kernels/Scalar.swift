#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// The number formats of training. Everything generic over it is specialised inside this module.
protocol Scalar: BinaryFloatingPoint, BitwiseCopyable, Sendable {
    static var precision: Precision { get }

    /// The value in float64, without the standard library's generic detour.
    var double: Double { get }

    static func exp(_ x: Self) -> Self
    static func log(_ x: Self) -> Self
    static func log1p(_ x: Self) -> Self

    static func arena(_ values: NumberBlock<Self>) -> TrainedNetwork.Parameters
    /// The arena's numbers; nil if it has the other format.
    static func values(_ arena: TrainedNetwork.Parameters) -> NumberBlock<Self>?
}

extension Float: Scalar {
    static var precision: Precision { .float32 }
    var double: Double { Double(self) }

    static func exp(_ x: Float) -> Float { expf(x) }
    static func log(_ x: Float) -> Float { logf(x) }
    static func log1p(_ x: Float) -> Float { log1pf(x) }

    static func arena(_ values: NumberBlock<Float>) -> TrainedNetwork.Parameters { .float32(values) }
    static func values(_ arena: TrainedNetwork.Parameters) -> NumberBlock<Float>? {
        if case .float32(let values) = arena { values } else { nil }
    }
}

extension Double: Scalar {
    static var precision: Precision { .float64 }
    var double: Double { self }

    #if canImport(Glibc)
        static func exp(_ x: Double) -> Double { Glibc.exp(x) }
        static func log(_ x: Double) -> Double { Glibc.log(x) }
        static func log1p(_ x: Double) -> Double { Glibc.log1p(x) }
    #elseif canImport(Musl)
        static func exp(_ x: Double) -> Double { Musl.exp(x) }
        static func log(_ x: Double) -> Double { Musl.log(x) }
        static func log1p(_ x: Double) -> Double { Musl.log1p(x) }
    #endif

    static func arena(_ values: NumberBlock<Double>) -> TrainedNetwork.Parameters { .float64(values) }
    static func values(_ arena: TrainedNetwork.Parameters) -> NumberBlock<Double>? {
        if case .float64(let values) = arena { values } else { nil }
    }
}
