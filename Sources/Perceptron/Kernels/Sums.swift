/// Sums in float64 with a fixed order of additions, eight partial sums side by side.
enum Sums<S: Scalar> {
    /// Σ x²
    static func squares(_ x: UnsafePointer<S>, count: Int) -> Double {
        var sums = SIMD8<Double>()
        let whole = count & ~7
        var index = 0
        while index < whole {
            let v = eight(x + index)
            sums += v * v
            index += 8
        }
        var sum = sums.sum()
        while index < count {
            sum += x[index].double * x[index].double
            index += 1
        }
        return sum
    }

    /// Σ |x|
    static func magnitudes(_ x: UnsafePointer<S>, count: Int) -> Double {
        var sums = SIMD8<Double>()
        let whole = count & ~7
        var index = 0
        while index < whole {
            let v = eight(x + index)
            sums += v.replacing(with: -v, where: v .< 0)
            index += 8
        }
        var sum = sums.sum()
        while index < count {
            sum += x[index].double.magnitude
            index += 1
        }
        return sum
    }

    /// Whether every x is finite.
    static func allFinite(_ x: UnsafePointer<S>, count: Int) -> Bool {
        // x − x is 0 for finite x and NaN for the others; NaN survives every sum.
        var sums = SIMD8<Double>()
        let whole = count & ~7
        var index = 0
        while index < whole {
            let v = eight(x + index)
            sums += v - v
            index += 8
        }
        var sum = sums.sum()
        while index < count {
            sum += x[index].double - x[index].double
            index += 1
        }
        return sum == 0
    }

    /// out[unit] = Σ over rows of x (rows, units), for the units of `part`, rows in order.
    static func columns(
        _ x: UnsafePointer<S>, rows: Int, units: Int, part: Range<Int>, into out: UnsafeMutablePointer<Double>
    ) {
        for unit in part { out[unit] = 0 }
        for row in 0..<rows {
            let x = x + row * units
            for unit in part { out[unit] += x[unit].double }
        }
    }

    @inline(__always)
    private static func eight(_ x: UnsafePointer<S>) -> SIMD8<Double> {
        SIMD8(
            x[0].double, x[1].double, x[2].double, x[3].double, x[4].double, x[5].double, x[6].double, x[7].double)
    }
}
