import Glibc

/// A labelled place on an axis.
package struct Tick: Equatable, Sendable {
    package let value: Double
    /// Empty for a small tick between labelled ones.
    package let label: String

    package init(_ value: Double, _ label: String) {
        self.value = value
        self.label = label
    }
}

/// Where the labels of an axis stand: at 1, 2 or 5 times a power of ten.
package enum Ticks {
    /// Ticks of a range, about `count` of them.
    package static func of(_ range: AxisRange, count: Int, wholeNumbers: Bool = false) -> [Tick] {
        guard range.isLogarithmic else {
            return linear(from: range.lower, to: range.upper, count: count, wholeNumbers: wholeNumbers)
        }
        let ticks = logarithmic(from: range.lower, to: range.upper, count: count)
        return range.hasZeroPlace ? [Tick(0, "0")] + ticks : ticks
    }

    /// Ticks from `lower` to `upper`, both included, at a step of 1, 2 or 5 times a power of ten.
    package static func linear(from lower: Double, to upper: Double, count: Int, wholeNumbers: Bool = false) -> [Tick] {
        let step = Step(atLeast: (upper - lower) / Double(max(count, 1)), wholeNumbers: wholeNumbers)
        let (low, high) = (lower / step.size, upper / step.size)
        // Rounding must not lose a tick that is exactly an end.
        let slack = 1e-6 + max(abs(low), abs(high)) * 1e-15
        let (first, last) = ((low - slack).rounded(.up), (high + slack).rounded(.down))
        guard first <= last, abs(first) < 1e15, abs(last) < 1e15, last - first <= 1000 else { return [] }
        let values = stride(from: first, through: last, by: 1).map { step.times($0) }
        let labels = NumberLabel.labels(values, stepExponent: step.exponent)
        return zip(values, labels).map(Tick.init)
    }

    /// Ticks from 10^`lower` to 10^`upper`: powers of ten, with 2 and 5 times those on a short axis.
    package static func logarithmic(from lower: Double, to upper: Double, count: Int) -> [Tick] {
        let decades = upper - lower
        if decades < 0.7 {
            return linear(from: pow(10, lower), to: pow(10, upper), count: count)
        }
        // Rounding must not lose a tick that is exactly the end.
        let slack = 1e-9 * max(1, decades)
        func within(_ value: Double) -> Bool { log10(value) >= lower - slack && log10(value) <= upper + slack }
        let (first, last) = (Int((lower - slack).rounded(.down)), Int((upper + slack).rounded(.up)))
        var stride = 1
        while decades / Double(stride) > Double(max(count, 1)) { stride += stride == 1 ? 1 : stride == 2 ? 3 : stride }
        let plain = lower >= -4.5 && upper <= 5.5
        let labelled = decades < 2.2 && count >= 4 ? [1, 2, 5] : [1]
        var ticks: [Tick] = []
        for exponent in first...last {
            for digit in 1...9 where stride == 1 || digit == 1 {
                let value = NumberLabel.value(Double(digit), exponent)
                guard within(value) else { continue }
                let isLabelled = labelled.contains(digit) && exponent % stride == 0
                guard isLabelled || stride <= 2 else { continue }
                ticks.append(Tick(value, isLabelled ? NumberLabel.power(digit, exponent, plain: plain) : ""))
            }
        }
        return ticks
    }

    /// A step of 1, 2 or 5 times a power of ten.
    private struct Step {
        let digit: Double
        let exponent: Int

        init(atLeast size: Double, wholeNumbers: Bool) {
            var exponent = Int(log10(max(size, 1e-305)).rounded(.down))
            let scaled = size / pow(10, Double(exponent))
            // A hair over a step is that step, for the same reason.
            var digit = [1.0, 2, 5].first { scaled <= $0 * (1 + 1e-9) } ?? 10
            if digit == 10 { (digit, exponent) = (1, exponent + 1) }
            if wholeNumbers && exponent < 0 { (digit, exponent) = (1, 0) }
            self.digit = digit
            self.exponent = exponent
        }

        var size: Double { times(1) }

        func times(_ count: Double) -> Double { NumberLabel.value(digit * count, exponent) }
    }
}
