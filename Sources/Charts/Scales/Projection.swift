import Glibc

/// Values of an axis to pixels.
package struct Projection: Sendable {
    let range: AxisRange
    /// The pixels of the range's ends.
    let start: Double
    let end: Double
    /// The pixel of zero on a logarithmic axis.
    let zero: Double
    /// The pixel between the place of zero and the rest.
    let gap: Double

    package init(_ range: AxisRange, from first: Double, to last: Double) {
        self.range = range
        let length = last - first
        zero = first + length * 0.035
        gap = first + length * 0.07
        start = range.hasZeroPlace ? gap : first
        end = last
    }

    /// The pixel of a value, or nil where the axis has no place for it.
    package func callAsFunction(_ value: Double) -> Double? {
        guard abs(value) <= Extent.largest else { return nil }
        guard range.isLogarithmic else { return pixel(value) }
        if value >= 1 / Extent.largest { return pixel(log10(value)) }
        return value >= 0 && range.hasZeroPlace ? zero : nil
    }

    private func pixel(_ place: Double) -> Double {
        let share = (place - range.lower) / (range.upper - range.lower)
        // The drawing library keeps coordinates in 24 bits.
        return start + (end - start) * min(max(share, -10), 11)
    }
}
