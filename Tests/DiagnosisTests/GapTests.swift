import Diagnosis
import Testing

struct GapTests {
    /// As SciPy's `binomtest(wrong, examples).proportion_ci(method="wilson")` has them.
    @Test(arguments: [
        (0, 10, 0.0, 0.27753279986288926), (1, 100, 0.001767432064140647, 0.054486196178705315),
        (11, 100, 0.06254196357064568, 0.18631296503080313), (50, 100, 0.4038315303659956, 0.5961684696340044),
        (10, 10, 0.7224672001371109, 1.0),
    ])
    func sharesHaveWilsonsInterval(wrong: Int, examples: Int, lower: Double, upper: Double) throws {
        let error = MeasuredError.share(Double(wrong) / Double(examples), examples: examples)
        let interval = try #require(error.interval)
        #expect(abs(interval.lower - lower) < 1e-12)
        #expect(abs(interval.upper - upper) < 1e-12)
    }

    /// The example of Newcombe 1998, table II (a): 56 of 70 against 48 of 80.
    @Test func differencesHaveNewcombesInterval() throws {
        let gap = Gap(.share(56.0 / 70, examples: 70), above: .share(48.0 / 80, examples: 80), threshold: 0.05)
        let interval = try #require(gap.interval)
        #expect(abs(gap.value - 0.2) < 1e-12)
        #expect(abs(interval.lower - 0.0524) < 5e-5)
        #expect(abs(interval.upper - 0.3339) < 5e-5)
    }

    @Test func meansHaveTheNormalInterval() throws {
        let error = MeasuredError.mean(2, deviation: 3, examples: 36)
        let interval = try #require(error.interval)
        #expect(abs(interval.lower - (2 - 1.959964 * 0.5)) < 1e-6)
        #expect(abs(interval.upper - (2 + 1.959964 * 0.5)) < 1e-6)
        #expect(MeasuredError.mean(2, deviation: 3, examples: 9).interval == nil)
        #expect(try #require(MeasuredError.mean(0.1, deviation: 3, examples: 36).interval).lower == 0)
    }

    @Test func theDifferenceOfTwoMeansHasTheRootOfTheirVariances() throws {
        let gap = Gap(
            .mean(5, deviation: 3, examples: 100), above: .mean(2, deviation: 4, examples: 100), threshold: 0.1)
        #expect(abs(try #require(gap.interval).lower - (3 - 1.959964 * 0.5)) < 1e-6)
    }

    @Test(arguments: [
        (0.06, 0.03, 0.09, Gap.Level.high), (0.06, 0.02, 0.10, .unsettled), (0.05, 0.02, 0.09, .low),
        (0.05, 0.02, 0.11, .unsettled), (-0.2, -0.4, 0.0, .low), (0.0, -0.2, 0.2, .unsettled),
        (0.4, 0.1, 0.7, .high), (0.051, 0.026, 0.2, .high), (0.05, 0.049, 0.051, .low),
    ])
    func aGapIsHighOrLowWhereItsIntervalLeavesNoDoubt(
        value: Double, lower: Double, upper: Double, level: Gap.Level
    ) {
        let interval = ConfidenceInterval(lower: lower, upper: upper)
        #expect(Gap(value: value, interval: interval, threshold: 0.05).level == level)
        #expect(Gap(value: value, interval: nil, threshold: 0.05).level == .unsettled)
    }

    /// The promise of `missingFactor`, kept where the shares stay the same.
    @Test(arguments: [(10, 0.0), (10, 0.1), (20, 0.05), (40, 0.05), (50, 0.06)])
    func soManyTimesTheExamplesSettleTheLevel(examples: Int, share: Double) throws {
        let train = MeasuredError.share(0, examples: 100_000)
        let gap = Gap(.share(share, examples: examples), above: train, threshold: 0.05)
        let factor = try #require(gap.missingFactor)
        let more = Int((Double(examples) * factor * 1.5).rounded(.up))
        #expect(Gap(.share(share, examples: more), above: train, threshold: 0.05).level != .unsettled)
    }
}
