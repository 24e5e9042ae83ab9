import Diagnosis
import Testing

struct GapTests {
    /// Wilson's intervals as R's `prop.test(correct = FALSE)` and statsmodels' `proportion_confint(method="wilson")` have them.
    @Test(arguments: [
        (0, 10, 0.0, 0.2775327998628892), (1, 100, 0.0017674320641407, 0.0544862457364543),
        (11, 100, 0.0625479546702936, 0.1862950083486571), (50, 100, 0.4038315303659956, 0.5961684696340044),
        (10, 10, 0.7224672001371107, 1.0),
    ])
    func sharesHaveWilsonsInterval(wrong: Int, examples: Int, lower: Double, upper: Double) throws {
        let error = MeasuredError.share(Double(wrong) / Double(examples), examples: examples)
        let interval = try #require(error.interval)
        #expect(abs(interval.lower - lower) < 1e-3)
        #expect(abs(interval.upper - upper) < 1e-3)
    }
}
