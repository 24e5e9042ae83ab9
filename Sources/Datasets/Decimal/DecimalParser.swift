/// Decimal text to the nearest Double (ties to even), without an object per number.
/// Up to 19 digits and powers of ten from −54 to 55 go by D. Lemire, "Number parsing at a gigabyte per second" (2021);
/// what is left goes to the standard library.
package enum DecimalParser {
    /// The number that begins at `cursor`: sign, digits with an optional point, optional exponent. Moves `cursor`
    /// behind it; nil (cursor where it was) if there is none. A number too large for a Double is infinite.
    /// - Parameter isJSON: whether it must be a number of RFC 8259, section 6, and is one as simdjson reads it: a whole
    ///   number has no negative zero.
    @inline(__always)
    package static func parse(
        _ cursor: inout UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>, isJSON: Bool = false
    ) -> Double? {
        var at = cursor
        var isNegative = false
        if at < end, at.pointee == UInt8(ascii: "-") || (!isJSON && at.pointee == UInt8(ascii: "+")) {
            isNegative = at.pointee == UInt8(ascii: "-")
            at += 1
        }
        var mantissa: UInt64 = 0
        let whole = at
        digits(&at, end, &mantissa)
        var count = at - whole
        if isJSON, count == 0 || (count > 1 && whole.pointee == UInt8(ascii: "0")) { return nil }
        var exponent = 0
        var isWhole = true
        if at < end, at.pointee == UInt8(ascii: ".") {
            at += 1
            let fraction = at
            digits(&at, end, &mantissa)
            exponent = fraction - at
            count -= exponent
            isWhole = false
            if isJSON, exponent == 0 { return nil }
        }
        if count == 0 { return nil }
        if at < end, at.pointee | 0x20 == UInt8(ascii: "e") {
            if let power = power(&at, end) {
                exponent += power
                isWhole = false
            } else if isJSON {
                return nil
            }
        }
        let start = cursor
        cursor = at
        if count <= 19, let magnitude = nearest(mantissa, exponent) {
            if isJSON, isWhole, magnitude == 0 { return 0 }
            return isNegative ? -magnitude : magnitude
        }
        let number = parseSlowly(start, at)
        return isJSON && isWhole && number == 0 ? 0 : number
    }

    @inline(__always)
    private static func digits(
        _ at: inout UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>, _ mantissa: inout UInt64
    ) {
        while end - at >= 8 {
            let word = DigitWord.load(at)
            guard DigitWord.others(word) == 0 else { break }
            mantissa = mantissa &* 100_000_000 &+ DigitWord.value(word)
            at += 8
        }
        while at < end {
            let digit = at.pointee &- UInt8(ascii: "0")
            if digit > 9 { return }
            mantissa = mantissa &* 10 &+ UInt64(digit)
            at += 1
        }
    }

    /// The exponent after an "e" at `at`; an "e" without digits is not part of the number.
    private static func power(_ at: inout UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>) -> Int? {
        var next = at + 1
        var isNegative = false
        if next < end, next.pointee == UInt8(ascii: "-") || next.pointee == UInt8(ascii: "+") {
            isNegative = next.pointee == UInt8(ascii: "-")
            next += 1
        }
        let first = next
        var value = 0
        while next < end, next.pointee &- UInt8(ascii: "0") <= 9 {
            // Far beyond any Double, and far from overflow.
            if value < 100_000_000 { value = value * 10 + Int(next.pointee - UInt8(ascii: "0")) }
            next += 1
        }
        if next == first { return nil }
        at = next
        return isNegative ? -value : value
    }

    private static func parseSlowly(_ start: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>) -> Double? {
        Double(String(decoding: UnsafeBufferPointer(start: start, count: end - start), as: UTF8.self))
    }

    /// The powers of ten that a Double holds exactly.
    static let exactPowers: [Double] = [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
        1e20, 1e21, 1e22,
    ]

    /// mantissa · 10^exponent, or nil where this method does not reach.
    @inline(__always)
    private static func nearest(_ mantissa: UInt64, _ exponent: Int) -> Double? {
        // Both factors are exact, so the one rounding is the right one (Clinger 1990).
        if mantissa <= 1 << 53 {
            if exponent == 0 { return Double(mantissa) }
            if exponent < 0 && exponent >= -22 { return Double(mantissa) / exactPowers[-exponent] }
            if exponent > 0 && exponent <= 22 { return Double(mantissa) * exactPowers[exponent] }
        }
        return nearestByProduct(mantissa, exponent)
    }

    private static let smallestPower = -54
    private static let largestPower = 55

    /// Powers for which the product of two words always decides.
    private static let exactProducts = -27...55

    /// 5^q scaled to 128 bits with the top bit set: exact for q ≥ 0, else rounded up, below 5^−27 rounded down.
    private static let powersOfFive: [UInt128] = (smallestPower...largestPower).map { q in
        var five: UInt128 = 1
        for _ in 0..<abs(q) { five *= 5 }
        if q >= 0 { return five << UInt128(five.leadingZeroBitCount) }
        // 2^(127 + z) / 5^−q with 2^z the next power of two: long division, bit by bit.
        let z = 128 - (five - 1).leadingZeroBitCount
        var quotient: UInt128 = 0
        var rest: UInt128 = 1
        for _ in 0..<(127 + z) {
            rest <<= 1
            quotient <<= 1
            if rest >= five {
                rest -= five
                quotient |= 1
            }
        }
        return q < exactProducts.lowerBound ? quotient : quotient + 1
    }

    private static func nearestByProduct(_ mantissa: UInt64, _ q: Int) -> Double? {
        guard q >= smallestPower, q <= largestPower else { return nil }
        if mantissa == 0 { return 0 }
        let power = powersOfFive[q - smallestPower]
        let leadingZeros = mantissa.leadingZeroBitCount
        let scaled = mantissa << UInt64(leadingZeros)
        var (upper, lower) = scaled.multipliedFullWidth(by: UInt64(truncatingIfNeeded: power >> 64))
        if upper & 0x1FF == 0x1FF {
            let second = scaled.multipliedFullWidth(by: UInt64(truncatingIfNeeded: power)).high
            let (sum, carried) = lower.addingReportingOverflow(second)
            lower = sum
            if carried { upper += 1 }
            // Too near to call with 128 bits of the power.
            if lower == .max, q < exactProducts.lowerBound { return nil }
        }
        let top = Int(upper >> 63)
        let shift = UInt64(top + 9)
        var bits = upper >> shift
        var binaryExponent = ((217_706 * q) >> 16) + 63 + top - leadingZeros + 1023
        // Exactly between two Doubles, which only these powers can be: round to even.
        if lower <= 1, q >= -4, q <= 23, bits & 3 == 1, bits << shift == upper { bits &= ~1 }
        bits += bits & 1
        bits >>= 1
        if bits >= 1 << 53 {
            bits = 1 << 52
            binaryExponent += 1
        }
        return Double(bitPattern: (bits & ((1 << 52) - 1)) | UInt64(binaryExponent) << 52)
    }
}
