import Diagnosis
import Evaluation
import Perceptron
import Testing

struct VerdictTests {
    /// The course's table: training and dev error, and what they say where nobody is ever wrong.
    @Test(arguments: [
        (0.01, 0.11, 0.0, Diagnosis.Verdict.highVariance), (0.15, 0.16, 0.0, .highBias), (0.15, 0.30, 0.0, .both),
        (0.005, 0.01, 0.0, .balanced), (0.15, 0.16, 0.15, .balanced), (0.15, 0.30, 0.14, .highVariance),
    ])
    func theCoursesExamplesGetTheirVerdicts(train: Double, dev: Double, base: Double, verdict: Diagnosis.Verdict) {
        let diagnosis = Diagnosis(
            .make(.wrong(train, of: 1000), .wrong(dev, of: 1000)) { $0.baseError = base })
        #expect(diagnosis.verdict == verdict)
        #expect(diagnosis.measure == .errorRate)
        #expect(diagnosis.devTestGap == nil)
    }

    @Test(arguments: [
        (0.1, 0.2, 0.0, Diagnosis.Verdict.balanced), (2.0, 2.1, 0.0, .highBias), (0.1, 2.0, 0.0, .highVariance),
        (1.5, 3.0, 0.0, .both), (2.0, 2.1, 1.9, .balanced),
    ])
    func aRegressionsErrorsAreSharesOfTheTargetsVariance(
        train: Double, dev: Double, base: Double, verdict: Diagnosis.Verdict
    ) {
        let diagnosis = Diagnosis(
            .make(.squares(train, of: 1000), .squares(dev, of: 1000), task: .regression) { $0.baseError = base })
        #expect(diagnosis.verdict == verdict)
        #expect(diagnosis.measure == .unexplainedVariance)
        #expect(diagnosis.train.value == train / 4)
        #expect(diagnosis.baseError == base / 4)
    }

    @Test func fewExamplesAreNotEnough() {
        let diagnosis = Diagnosis(.make(.wrong(0, of: 30), .wrong(0.1, of: 10)))
        #expect(diagnosis.verdict == .notEnoughData)
        #expect(diagnosis.variance?.level == .unsettled)
        #expect(diagnosis.suggestions.first?.action == .enlargeDevSet)
    }

    @Test func withoutADevSetThereIsNoVerdict() {
        let diagnosis = Diagnosis(
            .make(.wrong(0.3, of: 1000), nil) { $0.split = .init(train: 1, dev: 0, test: 0) })
        #expect(diagnosis.verdict == .notEnoughData)
        #expect(diagnosis.variance == nil)
        #expect(diagnosis.suggestions.first?.field == "/data/split")
        #expect(diagnosis.suggestions.first?.to == .split(.init(train: 0.6, dev: 0.2, test: 0.2)))
        // Bias is known all the same, and comes next.
        #expect(diagnosis.suggestions.dropFirst().first?.action == .enlargeNetwork)
    }

    @Test func aTestSetFromElsewhereShowsInItsGapAlone() {
        let diagnosis = Diagnosis(.make(.wrong(0.01, of: 1000), .wrong(0.02, of: 1000), .wrong(0.3, of: 1000)))
        #expect(diagnosis.verdict == .balanced)
        #expect(diagnosis.devTestGap?.level == .high)
        #expect(diagnosis.suggestions.map(\.action) == [.checkTestSet])
    }

    @Test func aStricterThresholdFindsMore() {
        let evidence = Evidence.make(.wrong(0.001, of: 10_000), .wrong(0.02, of: 10_000))
        #expect(Diagnosis(evidence).verdict == .balanced)
        #expect(Diagnosis(evidence, threshold: 0.01).verdict == .highVariance)
        #expect(Diagnosis(evidence, threshold: 0.01).variance?.threshold == 0.01)
    }

    @Test func targetsThatAreAllEqualDoNotDivideByZero() {
        let flat = ErrorSample(count: 100, mean: 0, deviation: 0, loss: 0, targetVariance: 0)
        #expect(Diagnosis(.make(flat, flat, task: .regression)).verdict == .balanced)
    }

    @Test func errorsThatAreNoNumbersAreNoVerdict() {
        let broken = ErrorSample(count: 100, mean: .infinity, deviation: .nan, loss: .nan, targetVariance: 4)
        let diagnosis = Diagnosis(.make(broken, broken, task: .regression))
        #expect(diagnosis.verdict == .notEnoughData)
        #expect(!diagnosis.summary.isEmpty)
    }
}
