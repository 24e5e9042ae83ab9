import COpenBLAS

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
    static func tanh(_ x: Self) -> Self

    /// C (m, n) = op(A) (m, k) · op(B) (k, n), all row-major; op transposes where asked. Sizes ≥ 1.
    static func gemm(
        _ transposeA: Bool, _ transposeB: Bool, _ m: Int, _ n: Int, _ k: Int,
        _ a: UnsafePointer<Self>, _ lda: Int, _ b: UnsafePointer<Self>, _ ldb: Int,
        _ c: UnsafeMutablePointer<Self>, _ ldc: Int)

    static func arena(_ values: [Self]) -> TrainedNetwork.Parameters
    /// The arena's numbers; nil if it has the other format.
    static func values(_ arena: TrainedNetwork.Parameters) -> [Self]?
}

extension Float: Scalar {
    static var precision: Precision { .float32 }
    var double: Double { Double(self) }

    static func exp(_ x: Float) -> Float { expf(x) }
    static func log(_ x: Float) -> Float { logf(x) }
    static func log1p(_ x: Float) -> Float { log1pf(x) }
    static func tanh(_ x: Float) -> Float { tanhf(x) }

    static func gemm(
        _ transposeA: Bool, _ transposeB: Bool, _ m: Int, _ n: Int, _ k: Int,
        _ a: UnsafePointer<Float>, _ lda: Int, _ b: UnsafePointer<Float>, _ ldb: Int,
        _ c: UnsafeMutablePointer<Float>, _ ldc: Int
    ) {
        cblas_sgemm(
            CblasRowMajor, transposeA ? CblasTrans : CblasNoTrans, transposeB ? CblasTrans : CblasNoTrans,
            Int32(m), Int32(n), Int32(k), 1, a, Int32(lda), b, Int32(ldb), 0, c, Int32(ldc))
    }

    static func arena(_ values: [Float]) -> TrainedNetwork.Parameters { .float32(values) }
    static func values(_ arena: TrainedNetwork.Parameters) -> [Float]? {
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
        static func tanh(_ x: Double) -> Double { Glibc.tanh(x) }
    #elseif canImport(Musl)
        static func exp(_ x: Double) -> Double { Musl.exp(x) }
        static func log(_ x: Double) -> Double { Musl.log(x) }
        static func log1p(_ x: Double) -> Double { Musl.log1p(x) }
        static func tanh(_ x: Double) -> Double { Musl.tanh(x) }
    #endif

    static func gemm(
        _ transposeA: Bool, _ transposeB: Bool, _ m: Int, _ n: Int, _ k: Int,
        _ a: UnsafePointer<Double>, _ lda: Int, _ b: UnsafePointer<Double>, _ ldb: Int,
        _ c: UnsafeMutablePointer<Double>, _ ldc: Int
    ) {
        cblas_dgemm(
            CblasRowMajor, transposeA ? CblasTrans : CblasNoTrans, transposeB ? CblasTrans : CblasNoTrans,
            Int32(m), Int32(n), Int32(k), 1, a, Int32(lda), b, Int32(ldb), 0, c, Int32(ldc))
    }

    static func arena(_ values: [Double]) -> TrainedNetwork.Parameters { .float64(values) }
    static func values(_ arena: TrainedNetwork.Parameters) -> [Double]? {
        if case .float64(let values) = arena { values } else { nil }
    }
}

/// OpenBLAS, told once to stay on the thread that calls it: sharing a step among threads is the engine's business.
enum BLAS {
    private static let singleThreaded: Void = openblas_set_num_threads(1)

    static func prepare() { singleThreaded }
}
