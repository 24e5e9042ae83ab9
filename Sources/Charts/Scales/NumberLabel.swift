import Glibc

/// Numbers as short text, the same in every locale and without noise digits.
package enum NumberLabel {
    /// `digits` · 10^`exponent`, as near as can be: dividing by a whole power of ten rounds once.
    static func value(_ digits: Double, _ exponent: Int) -> Double {
        switch exponent {
        case 0...: digits * pow(10, Double(exponent))
        case -300..<0: digits / pow(10, Double(-exponent))
        default: digits / 1e300 / pow(10, Double(-exponent - 300))
        }
    }

    /// The labels of ticks that are whole multiples of 10^`stepExponent`, all in one form.
    static func labels(_ values: [Double], stepExponent: Int) -> [String] {
        let size = values.reduce(0) { max($0, abs($1)) }
        if size == 0 { return values.map { _ in "0" } }
        if size < 1e-4 || size >= 1e15 { return values.map { scientific($0, stepExponent: stepExponent) } }
        let units = [(1e12, 12, "T"), (1e9, 9, "G"), (1e6, 6, "M"), (1e3, 3, "k")]
        if let (unit, exponent, suffix) = units.first(where: { size >= max($0.0, 1e4) }), exponent - stepExponent <= 2 {
            let decimals = max(0, exponent - stepExponent)
            return values.map { $0 == 0 ? "0" : fixed($0 / unit, decimals: decimals) + suffix }
        }
        return values.map { fixed($0, decimals: max(0, -stepExponent)) }
    }

    /// `digit` · 10^`exponent` with a digit from 1 to 9: 0.02 or 2e-7.
    static func power(_ digit: Int, _ exponent: Int, plain: Bool) -> String {
        guard plain else { return "\(digit)e\(exponent)" }
        if exponent < 0 { return "0." + String(repeating: "0", count: -exponent - 1) + "\(digit)" }
        return "\(digit)" + String(repeating: "0", count: exponent)
    }

    /// A number with about three significant digits: 0.0123, 15.2, 1830, 2.5e-7.
    package static func short(_ value: Double) -> String {
        guard value.isFinite else { return value.isNaN ? "not a number" : value < 0 ? "−∞" : "∞" }
        let size = abs(value)
        if size == 0 { return "0" }
        let exponent = Int(log10(size).rounded(.down))
        if size < 1e-3 || size >= 1e6 { return scientific(value, stepExponent: exponent - 2) }
        return trimmed(fixed(value, decimals: max(0, 2 - exponent)))
    }

    /// A number with all its digits where they are few, as for a value somebody chose: 0.0003, 20000, 1e-7.
    package static func plain(_ value: Double) -> String {
        guard value.isFinite else { return short(value) }
        if value == value.rounded(), abs(value) < 1e6 { return fixed(value, decimals: 0) }
        let size = abs(value)
        if size >= 1e-4, size < 1e6 {
            let exponent = Int(log10(size).rounded(.down))
            return trimmed(fixed(value, decimals: min(max(0, 3 - exponent), 12)))
        }
        return scientific(value, stepExponent: Int(log10(size).rounded(.down)) - 3)
    }

    /// A share from 0 to 1 as per cent: 12.5 %, never broken over two lines.
    package static func percent(_ share: Double) -> String {
        guard share.isFinite else { return "–" }
        return trimmed(fixed(share * 100, decimals: abs(share) < 0.1 ? 2 : 1)) + "\u{a0}%"
    }

    /// A whole number in groups of three digits: 100 000.
    package static func grouped(_ count: Int) -> String {
        let digits = Array(String(count.magnitude))
        var text = count < 0 ? "−" : ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index) % 3 == 0, digits.count > 4 { text.append("\u{a0}") }
            text.append(digit)
        }
        return text
    }

    /// With exactly `decimals` digits after the point.
    static func fixed(_ value: Double, decimals: Int) -> String {
        let scaled = (abs(value) * pow(10, Double(decimals))).rounded()
        guard decimals <= 15, scaled < 9e15 else { return "\(value)" }
        var digits = String(Int64(scaled))
        if decimals > 0 {
            digits = String(repeating: "0", count: max(0, decimals + 1 - digits.count)) + digits
            digits.insert(".", at: digits.index(digits.endIndex, offsetBy: -decimals))
        }
        return value < 0 && scaled > 0 ? "−" + digits : digits
    }

    /// As 1.5e-7, rounded to a multiple of 10^`stepExponent`.
    private static func scientific(_ value: Double, stepExponent: Int) -> String {
        guard value != 0 else { return "0" }
        var exponent = Int(log10(abs(value)).rounded(.down))
        // 10^exponent itself could be too small to have all its digits.
        var mantissa =
            exponent < -290 ? value * 1e300 / pow(10, Double(exponent + 300)) : value / pow(10, Double(exponent))
        let decimals = min(max(exponent - stepExponent, 0), 14)
        let unit = pow(10, Double(decimals))
        if abs((mantissa * unit).rounded()) >= 10 * unit { (mantissa, exponent) = (mantissa / 10, exponent + 1) }
        return trimmed(fixed(mantissa, decimals: decimals)) + "e\(exponent)"
    }

    private static func trimmed(_ text: String) -> String {
        guard text.contains(".") else { return text }
        var text = text
        while text.hasSuffix("0") { text.removeLast() }
        if text.hasSuffix(".") { text.removeLast() }
        return text
    }
}
