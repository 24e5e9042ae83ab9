import Datasets
import Testing

@Suite struct DecimalParserTests {
    /// The number that is all of `text`, else nil.
    private func parse(_ text: String) -> Double? {
        Array(text.utf8).withUnsafeBufferPointer { bytes in
            guard let start = bytes.baseAddress else { return nil }
            var cursor = start
            guard let number = DecimalParser.parse(&cursor, start + bytes.count), cursor == start + bytes.count else {
                return nil
            }
            return number
        }
    }

    @Test(arguments: [
        "", "-", ".", "e5", "+.", "abc", "1 2", "0x10", "1e", "1e+", "--1", "1_000", "1,5", "nan", "inf", "1.2.3",
    ])
    func whatIsNoDecimalIsRefused(_ text: String) { #expect(parse(text) == nil) }

    @Test(arguments: [
        "0", "-0", "+1", ".5", "5.", "00012", "0.000000000000000000000000001", "123456789012345678901234567890",
        "9007199254740993", "9007199254740992.999", "9007199254740993.0000000000000000000001", "1e22", "1e23",
        "8.5e-27", "1e55", "1e56",
        "4.35", "2.2250738585072011e-308", "5e-324", "2e-324", "1.7976931348623157e308", "1.7976931348623159e308",
        "18446744073709551615", "18446744073709551616", "9223372036854775808.5", "1448997445238699", "6.02214076e23",
        "0e400", "1e-400",
        "8.988465674311579e+307", "0.1e-26", "12345678", "123456789", "1234567.12345678", "0.30000000000000004",
        "7.2057594037927933e16",
    ])
    func decimalsAreRoundedCorrectly(_ text: String) {
        #expect(parse(text)?.bitPattern == Double(text)?.bitPattern)
    }

    @Test func shortestDecimalsOfRandomDoublesReadBack() {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<200_000 {
            let wide = Double(bitPattern: random.next())
            if wide.isFinite { #expect(parse("\(wide)")?.bitPattern == wide.bitPattern) }
            let narrow = Double.random(in: -1000...1000, using: &random)
            #expect(parse("\(narrow)")?.bitPattern == narrow.bitPattern)
        }
    }

    @Test func randomDigitsAreRoundedLikeTheStandardLibrary() {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<200_000 {
            let digits = (0..<Int.random(in: 1...22, using: &random)).map { _ in
                Character("\(Int.random(in: 0...9, using: &random))")
            }
            var text = String(digits)
            if Bool.random(using: &random) {
                text.insert(
                    ".", at: text.index(text.startIndex, offsetBy: Int.random(in: 0...digits.count, using: &random)))
            }
            if Bool.random(using: &random) { text += "e\(Int.random(in: -60...80, using: &random))" }
            #expect(parse(text)?.bitPattern == Double(text)?.bitPattern, "\(text)")
        }
    }

    @Test func numbersHalfwayBetweenTwoDoublesGoToTheEvenOne() {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<50_000 {
            // An odd 54-bit number is exactly between two Doubles; scaled by 2^−k it has k decimals.
            let odd = (UInt64.random(in: 1 << 53..<1 << 54, using: &random) | 1)
            #expect(parse("\(odd)") == Double(odd))
            let places = Int.random(in: 1...3, using: &random)
            let scale = UInt64(1) << UInt64(places)
            let fraction = [5, 25, 125][places - 1] * (odd % scale)
            let text = "\(odd / scale)." + String(repeating: "0", count: places - "\(fraction)".count) + "\(fraction)"
            #expect(parse(text) == Double(text), "\(text)")
        }
    }
}
