import Charts
import Testing

@Suite("Ticks stand at 1, 2 or 5 times a power of ten")
struct TicksTests {
    @Test(
        arguments: [
            (0.0, 1.0, 5, ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]),
            (0, 300, 6, ["0", "50", "100", "150", "200", "250", "300"]),
            (-0.3, 0.3, 3, ["−0.2", "0.0", "0.2"]),
            (0, 20_000, 4, ["0", "5k", "10k", "15k", "20k"]),
            (0, 2.5e6, 5, ["0", "0.5M", "1.0M", "1.5M", "2.0M", "2.5M"]),
            (0, 3e-7, 3, ["0", "1e-7", "2e-7", "3e-7"]),
            (999_999.99999, 1_000_000.00001, 2, ["999999.99999", "1000000.00000", "1000000.00001"]),
            (1e-12, 1.6e-12, 3, ["1e-12", "1.2e-12", "1.4e-12", "1.6e-12"]),
            (0, 4e20, 4, ["0", "1e20", "2e20", "3e20", "4e20"]),
        ] as [(Double, Double, Int, [String])])
    func ofALinearAxis(lower: Double, upper: Double, count: Int, labels: [String]) {
        #expect(Ticks.linear(from: lower, to: upper, count: count).map(\.label) == labels)
    }

    @Test func areWholeNumbersWhereAsked() {
        #expect(Ticks.linear(from: 1, to: 3, count: 10, wholeNumbers: true).map(\.label) == ["1", "2", "3"])
    }

    @Test(
        arguments: [
            (-3.0, 0.0, 5, ["0.001", "0.01", "0.1", "1"]),
            (-1, 1, 6, ["0.1", "0.2", "0.5", "1", "2", "5", "10"]),
            (-20, 0, 5, ["1e-20", "1e-15", "1e-10", "1e-5", "1e0"]),
            (0, 5, 8, ["1", "10", "100", "1000", "10000", "100000"]),
        ] as [(Double, Double, Int, [String])])
    func ofALogarithmicAxis(lower: Double, upper: Double, count: Int, labels: [String]) {
        let ticks = Ticks.logarithmic(from: lower, to: upper, count: count)
        #expect(ticks.map(\.label).filter { !$0.isEmpty } == labels)
    }

    @Test func ofAShortLogarithmicAxisAreThoseOfALinearOne() {
        #expect(Ticks.logarithmic(from: 0.3, to: 0.6, count: 4).map(\.label) == ["2.0", "2.5", "3.0", "3.5"])
    }

    @Test(
        arguments: [-1e300, -5, -1e-300, 0, .leastNonzeroMagnitude, 1e-200, 3, 1e15, 1e300],
        [-1e300, -1, 0, 1e-300, 0.3, 1e9, 1e300])
    func areFewAndInOrderForEveryRange(low: Double, high: Double) {
        for scale in [Axis.Scale.linear, .logarithmic] {
            let range = AxisRange(Axis("", scale), Extent([low, high]))
            #expect(range.lower < range.upper)
            for count in [1, 2, 5, 20] {
                let ticks = Ticks.of(range, count: count)
                #expect(ticks.count { !$0.label.isEmpty } <= 3 * count + 4)
                #expect(zip(ticks, ticks.dropFirst()).allSatisfy { $0.value < $1.value })
            }
        }
    }
}

@Suite("Numbers are written shortly")
struct NumberLabelTests {
    @Test(
        arguments: [
            (0, "0"), (0.0123456, "0.0123"), (15.234, "15.2"), (1830.7, "1831"), (2.5e-7, "2.5e-7"), (-0.5, "−0.5"),
            (9.999e-4, "1e-3"), (1e300, "1e300"), (.infinity, "∞"), (.nan, "not a number"),
        ] as [(Double, String)])
    func withThreeDigits(value: Double, text: String) {
        #expect(NumberLabel.short(value) == text)
    }

    @Test(
        arguments: [
            (3e-4, "0.0003"), (20_000, "20000"), (0.86, "0.86"), (1e-7, "1e-7"), (148, "148"),
        ] as [(Double, String)])
    func asChosen(value: Double, text: String) {
        #expect(NumberLabel.plain(value) == text)
    }

    @Test func inGroupsOfThree() {
        #expect(NumberLabel.grouped(1234) == "1234")
        #expect(NumberLabel.grouped(1_234_567) == "1\u{a0}234\u{a0}567")
        #expect(NumberLabel.grouped(.min) == "−9\u{a0}223\u{a0}372\u{a0}036\u{a0}854\u{a0}775\u{a0}808")
    }
}
