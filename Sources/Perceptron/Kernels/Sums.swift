/// Sums in float64 with a fixed order of additions.
enum Sums<S: Scalar> {
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
}
