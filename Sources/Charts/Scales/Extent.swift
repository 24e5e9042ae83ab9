/// What an axis must know of its data.
package struct Extent: Equatable, Sendable {
    /// Larger numbers would overflow where a span is computed.
    package static let largest = 1e300

    package private(set) var low = Double.infinity
    package private(set) var high = -Double.infinity
    package private(set) var lowPositive = Double.infinity
    package private(set) var hasZero = false

    package init() {}

    package init(_ values: some Sequence<Double>) {
        for value in values { include(value) }
    }

    /// Takes a value into account; one that cannot be drawn changes nothing.
    package mutating func include(_ value: Double) {
        guard abs(value) <= Self.largest else { return }
        low = min(low, value)
        high = max(high, value)
        if value >= 1 / Self.largest {
            lowPositive = min(lowPositive, value)
        } else if value >= 0 {
            hasZero = true
        }
    }

    package mutating func include(_ values: some Sequence<Double>) {
        for value in values { include(value) }
    }

    package var isEmpty: Bool { low > high }
}
