import Foundation
import Perceptron
import Testing

@Suite struct ScoringTests {
    private func losses(_ network: TrainedNetwork, _ examples: ExampleSet) throws -> [Double] {
        var losses: [Double] = []
        try network.score(examples) { losses += $0.losses }
        return losses
    }

    @Test(arguments: Task.allCases, Precision.allCases)
    func theMeanOfTheLossesIsTheLossOfTheSet(_ task: Task, _ precision: Precision) throws {
        for hidden in [[], [7], [130, 40]] {
            let examples = RandomProblem.examples(600, inputs: 4, task: task)
            let network = NetworkSpecification(
                inputs: 4, hiddenLayers: hidden.map { .init(units: $0) }, outputs: task == .multiclass ? 3 : 1,
                task: task)
            var training = TrainingSpecification()
            training.epochs = 2
            training.precision = precision
            let outcome = try Training.run(
                network, training, on: DataSets(train: examples), monitor: TrainingMonitor(epochs: 2))
            let all = try losses(outcome.network, examples)
            #expect(all.count == 600)
            let loss = try outcome.measured.loss
            let mean = all.reduce(0, +) / 600
            #expect(abs(mean - loss) <= (precision == .float32 ? 1e-6 : 1e-13) * loss)
        }
    }

    @Test(arguments: Task.allCases)
    func eachLossIsThatOfTheExampleAlone(_ task: Task) throws {
        let examples = RandomProblem.examples(40, inputs: 3, task: task)
        let network = RandomProblem.network(3, [5], .tanh, task: task)
        var training = TrainingSpecification()
        training.epochs = 1
        training.precision = .float64
        let trained = try Training.run(
            network, training, on: DataSets(train: examples), monitor: TrainingMonitor(epochs: 1)
        ).network
        let outputs = try trained.predict(examples)
        let width = trained.shape.outputs
        for (row, loss) in try losses(trained, examples).enumerated() {
            let target = examples.table[row, 3]
            let output = Array(outputs[row * width..<(row + 1) * width])
            let expected =
                switch task {
                case .binary: -log(target == 1 ? output[0] : 1 - output[0])
                case .multiclass: -log(output[Int(target)])
                case .regression: (output[0] - target) * (output[0] - target)
                }
            #expect(abs(loss - expected) < 1e-9)
        }
    }

    @Test func theStandardErrorOfAMeanIsTheSampleDeviationOverTheRootOfTheCount() throws {
        // statistics.stdev([1, 2, 4, 8]) / 2
        #expect(abs(try #require(standardErrorOfMean([1, 2, 4, 8])) - 1.5478479684172259) < 1e-15)
        #expect(standardErrorOfMean([3]) == nil)
        #expect(standardErrorOfMean([3, 3]) == 0)
    }

    @Test func weightsThatAreEqualChangeNoStandardErrorAndOthersDo() throws {
        let plain = try #require(standardErrorOfMean([1, 2, 4, 8]))
        #expect(abs(try #require(standardErrorOfMean([1, 2, 4, 8], weights: [3, 3, 3, 3])) - plain) < 1e-15)
        #expect(standardErrorOfMean([1, 2, 4, 8, 99], weights: [1, 1, 1, 1, 0]) == plain)
        // In numpy: w = [1, 2, 3], v = [1, 2, 4], m = (w * v).sum() / w.sum(),
        // np.sqrt(3 / 2 * (w**2 * (v - m)**2).sum()) / w.sum()
        let weighted = try #require(standardErrorOfMean([1, 2, 4], weights: [1, 2, 3]))
        let deviations = [1.0, 2, 3].enumerated().map { place, w in w * ([1.0, 2, 4][place] - 17.0 / 6) }
        let expected = (1.5 * deviations.reduce(0) { $0 + $1 * $1 }).squareRoot() / 6
        #expect(abs(weighted - expected) < 1e-15)
    }
}
