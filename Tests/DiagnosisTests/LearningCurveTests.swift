import Diagnosis
import Foundation
import Perceptron
import Testing

struct LearningCurveTests {
    /// Two numbers about 0 in turns that no line follows.
    private static func noise(_ done: Double, _ size: Double) -> Double { sin(done * 12_345) * size }

    @Test func aLossThatStillFallsIsFallingAndOneThatDoesNotIsFlat() {
        let curve = LearningCurve(.curve(train: { exp(-2 * $0) }, dev: { 0.3 + exp(-40 * $0) }))
        #expect(curve.train?.direction == .falling)
        #expect(abs((curve.train?.change ?? 0) + 0.4) < 0.02)
        #expect(curve.dev?.direction == .flat)
        #expect(!curve.isOverfitting)
    }

    @Test func noiseIsNoTrend() {
        let curve = LearningCurve(.curve(train: { 0.3 + Self.noise($0, 0.1) }))
        #expect(curve.train?.direction == .flat)
        #expect((curve.train?.noise ?? 0) > 0.1)
    }

    @Test func aDevLossThatRisesFromItsBestIsOverfitting() {
        let rising: (Double) -> Double = { abs($0 - 0.25) + 0.2 }
        let curve = LearningCurve(.curve(train: { exp(-5 * $0) }, dev: rising))
        #expect(curve.isOverfitting)
        #expect(curve.bestEpoch == 50)
        #expect(curve.dev?.direction == .rising)
        // The best of many noisy values is no best epoch.
        let noisy = LearningCurve(.curve(dev: { 0.3 + Self.noise($0, 0.05) }))
        #expect(!noisy.isOverfitting)
    }

    @Test(arguments: [(200, 200), (200, 100), (4, 1), (1, 1)])
    func tooFewRowsSayNothing(epochs: Int, every: Int) {
        let curve = LearningCurve(.curve(epochs: epochs, every: every, train: { 1 - $0 / 2 }))
        #expect(curve.train == nil)
        #expect(LearningCurve([]).train == nil)
    }

    @Test func lossesThatAreNotFiniteArePassedOver() {
        let curve = LearningCurve(.curve(train: { $0 < 0.1 ? .infinity : $0 > 0.97 ? .nan : 0.3 }))
        #expect(curve.train?.direction == .flat)
    }

    @Test func trainingThatStillLearnsWasStoppedTooEarly() {
        let falling: [HistoryRow] = .curve(train: { exp(-2 * $0) }, dev: { exp(-$0) })
        let poor = Evidence.make(.wrong(0.2, of: 1000), .wrong(0.2, of: 1000), history: falling)
        #expect(Diagnosis(poor).stoppedTooEarly)
        #expect(Diagnosis(poor).suggestions.first?.action == .trainLonger)
        #expect(Diagnosis(poor).suggestions.first?.to == .integer(400))
        // Nothing is left to be gained, however long the loss goes on falling.
        let perfect = Evidence.make(.wrong(0, of: 1000), .wrong(0, of: 1000), history: falling)
        #expect(!Diagnosis(perfect).stoppedTooEarly)
        #expect(Diagnosis(perfect).suggestions.isEmpty)
    }

    @Test func trainingThatEarlyStoppingEndedIsNotToBeProlonged() {
        let falling: [HistoryRow] = .curve(train: { exp(-2 * $0) }, dev: { exp(-$0) })
        let diagnosis = Diagnosis(
            .make(.wrong(0.2, of: 1000), .wrong(0.2, of: 1000), history: falling) { $0.stopReason = .earlyStopping })
        #expect(!diagnosis.stoppedTooEarly)
        #expect(!diagnosis.suggestions.contains { $0.action == .trainLonger })
    }

    @Test func aTimeLimitIsRaisedInPlaceOfTheEpochs() {
        let falling: [HistoryRow] = .curve(train: { exp(-2 * $0) }, dev: { exp(-$0) })
        let diagnosis = Diagnosis(
            .make(.wrong(0.2, of: 1000), .wrong(0.2, of: 1000), history: falling) {
                $0.stopReason = .timeLimit
                $0.training.timeLimitSeconds = 3
            })
        #expect(diagnosis.suggestions.first?.field == "/training/time_limit_seconds")
        #expect(diagnosis.suggestions.first?.to == .number(6))
    }
}
