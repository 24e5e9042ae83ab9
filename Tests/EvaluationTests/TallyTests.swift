import Evaluation
import Testing

struct TallyTests {
    @Test func anExampleThatWeighsTwoIsTheExampleTwice() throws {
        var random = SeededGenerator(3)
        for outputs in [1, 3] {
            var weighted = ClassificationTally(
                classes: max(outputs, 2), outputs: outputs, examples: 40, isWeighted: true)
            var repeated = ClassificationTally(classes: max(outputs, 2), outputs: outputs, examples: 80)
            var residuals = (weighted: RegressionTally(examples: 40), repeated: RegressionTally(examples: 80))
            for _ in 0..<40 {
                let target = Int.random(in: 0..<max(outputs, 2), using: &random)
                let answer = (0..<outputs).map { _ in Double(Int.random(in: 0...8, using: &random)) / 8 }
                let loss = Double.random(in: 0...2, using: &random)
                let times = Int.random(in: 1...2, using: &random)
                weighted.add(target: target, outputs: answer[...], loss: loss, weight: Double(times))
                residuals.weighted.add(target: loss, prediction: answer[0], weight: Double(times))
                for _ in 0..<times {
                    repeated.add(target: target, outputs: answer[...], loss: loss)
                    residuals.repeated.add(target: loss, prediction: answer[0])
                }
            }
            let (one, other) = (weighted.metrics, repeated.metrics)
            #expect(one.confusion.matrix == other.confusion.matrix)
            #expect(one.confusion.accuracy == other.confusion.accuracy)
            for (first, second) in zip(one.confusion.scores, other.confusion.scores) { #expect(first == second) }
            for (first, second) in [
                (one.logLoss, other.logLoss), (one.brierScore, other.brierScore), (one.rocArea, other.rocArea),
                (one.calibration.expectedError, other.calibration.expectedError),
                (residuals.weighted.metrics.rmse, residuals.repeated.metrics.rmse),
                (residuals.weighted.metrics.mae, residuals.repeated.metrics.mae),
                (residuals.weighted.metrics.r2, residuals.repeated.metrics.r2),
            ] {
                #expect(abs(try #require(first) - (try #require(second))) < 1e-12)
            }
        }
    }

    @Test func aMatrixOfVeryManyClassesIsNotKept() {
        var few = ConfusionTally(classes: ConfusionTally.matrixLimit)
        var many = ConfusionTally(classes: ConfusionTally.matrixLimit + 1)
        few.add(target: 7, prediction: 7)
        many.add(target: 7, prediction: 7)
        #expect(few.matrix?.count == ConfusionTally.matrixLimit * ConfusionTally.matrixLimit)
        #expect(many.matrix == nil)
        #expect(many.accuracy == 1)
        #expect(many.scores[7] == ClassScores(precision: 1, recall: 1, f1: 1, support: 1))
        #expect(many.scores[8] == ClassScores(precision: nil, recall: nil, f1: nil, support: 0))
    }

    @Test func scoresThatAreTooManyToSortHaveNoArea() {
        var tally = ClassificationTally(classes: 2, outputs: 1, examples: ClassificationTally.scoreLimit + 1)
        tally.add(target: 1, outputs: [0.9], loss: 0.1)
        tally.add(target: 0, outputs: [0.2], loss: 0.2)
        #expect(tally.metrics.rocArea == nil)
        #expect(tally.metrics.confusion.accuracy == 1)
        var residuals = RegressionTally(examples: RegressionTally.residualLimit + 1)
        residuals.add(target: 1, prediction: 0)
        #expect(residuals.metrics.quantiles.isEmpty)
        #expect(residuals.metrics.rmse == 1)
    }

    @Test(arguments: [1, 2, 3, 7, 10, 100])
    func aProbabilityFallsIntoTheBinThatEndsWithIt(count: Int) {
        let edges = (0...count).map { Calibration(bins: count).bounds(of: min($0, count - 1)) }
        for bin in 0..<count {
            var calibration = Calibration(bins: count)
            calibration.add(probability: edges[bin].upper, cameTrue: true)
            calibration.add(probability: edges[bin].lower.nextUp, cameTrue: false)
            #expect(calibration.bins[bin].count == 2)
        }
        var first = Calibration(bins: count)
        first.add(probability: 0, cameTrue: false)
        first.add(probability: .nan, cameTrue: false)
        #expect(first.bins.map(\.count).reduce(0, +) == 1)
        #expect(first.bins[0].count == 1)
    }

    @Test func nothingHasNoMetrics() {
        let metrics = ClassificationTally(classes: 2, outputs: 1, examples: 0).metrics
        #expect(metrics.confusion.accuracy == nil)
        #expect(metrics.logLoss == nil)
        #expect(metrics.rocArea == nil)
        #expect(RegressionTally(examples: 0).metrics.rmse == nil)
    }
}
