import Glibc

/// From where to where an axis reaches.
package struct AxisRange: Equatable, Sendable {
    /// Whether `lower` and `upper` are logarithms to base 10.
    package let isLogarithmic: Bool
    package let lower: Double
    package let upper: Double
    /// Whether zeros get a place of their own below a logarithmic axis.
    package let hasZeroPlace: Bool

    package init(_ axis: Axis, _ extent: Extent) {
        switch axis.scale {
        case .categories(let names):
            (isLogarithmic, hasZeroPlace) = (false, false)
            (lower, upper) = (-0.5, Double(max(names.count, 1)) - 0.5)
        case .linear:
            (isLogarithmic, hasZeroPlace) = (false, false)
            (lower, upper) = Self.linear(axis, extent)
        case .logarithmic:
            isLogarithmic = true
            hasZeroPlace = extent.hasZero
            (lower, upper) = Self.logarithmic(axis, extent)
        }
    }

    private static func linear(_ axis: Axis, _ extent: Extent) -> (Double, Double) {
        if let domain = axis.domain, abs(domain.lowerBound) <= Extent.largest, abs(domain.upperBound) <= Extent.largest
        {
            return widened(domain.lowerBound, domain.upperBound)
        }
        guard !extent.isEmpty else { return (0, 1) }
        let low = axis.includesZero ? min(extent.low, 0) : extent.low
        let high = axis.includesZero ? max(extent.high, 0) : extent.high
        let (lower, upper) = widened(low, high)
        guard (lower, upper) == (low, high) else { return (lower, upper) }
        // A little air, but never across zero where the data do not cross it.
        let air = (upper - lower) * 0.04
        return (
            lower == 0 || (lower > 0 && lower - air < 0) ? 0 : lower - air,
            upper == 0 || (upper < 0 && upper + air > 0) ? 0 : upper + air
        )
    }

    private static func logarithmic(_ axis: Axis, _ extent: Extent) -> (Double, Double) {
        if let domain = axis.domain, domain.lowerBound >= 1 / Extent.largest, domain.upperBound <= Extent.largest {
            return widened(log10(domain.lowerBound), log10(domain.upperBound), least: 0.02)
        }
        guard extent.lowPositive.isFinite else { return (-1, 0) }
        let (low, high) = (log10(extent.lowPositive), log10(extent.high))
        guard high - low >= 0.02 else { return (low - 0.15, high + 0.15) }
        let air = (high - low) * 0.04
        return (low - air, high + air)
    }

    /// The range itself, or a wider one around a single value: too narrow a range has no ticks between its ends.
    private static func widened(_ low: Double, _ high: Double, least: Double = 0) -> (Double, Double) {
        let size = max(abs(low), abs(high))
        guard high - low <= max(size * 1e-12, least, 1e-300) else { return (low, high) }
        if size <= 1e-290 { return (low - 0.5, high + 0.5) }
        return (low - size * 0.1, high + size * 0.1)
    }
}
