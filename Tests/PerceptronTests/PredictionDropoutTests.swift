import Foundation
import Perceptron
import Testing

/// Predictions with dropout on, against a plain loop over the documented numbers.
@Suite struct PredictionDropoutTests {
    private static let keepProbs = [0.7, 1, 0.5]

    /// A trained network's layers and what it is asked.
    private struct Problem {
        let network: NetworkSpecification
        let trained: TrainedNetwork
        let inputs: [Double]
        let rows: Int

        init(_ task: Task, _ precision: Precision, batchNorm: Bool = false, rows: Int = 523) throws {
            network = RandomProblem.network(7, [13, 6, 5], .tanh, task: task, batchNorm: batchNorm)
            var training = TrainingSpecification()
            training.epochs = 1
            training.precision = precision
            let examples = RandomProblem.examples(40, inputs: 7, task: task)
            trained = try Training.run(
                network, training, on: DataSets(train: examples), monitor: TrainingMonitor(epochs: 1)
            ).network
            var random = NumPyRandomState(seed: 4)
            self.rows = rows
            // What float32 holds, too.
            inputs = (0..<(rows * 7)).map { _ in Double(Float(random.normal())) }
        }
    }

    /// The outputs of `row` in pass `pass`, one number at a time.
    private func outputs(_ problem: Problem, _ dropout: PredictionDropout, row: Int, pass: Int) -> [Double] {
        func kept(_ values: [Double], layer: Int, _ keepProb: Double) -> [Double] {
            if keepProb == 1 { return values }
            return values.enumerated().map { unit, value in
                let number = documentedMaskNumber(
                    seed: dropout.seed, step: UInt32(pass), layer: UInt32(layer), row: row, unit: unit,
                    units: values.count)
                return Double(number) < keepProb * 4_294_967_296 ? value / keepProb : 0
            }
        }
        var a = kept(Array(problem.inputs[(row * 7)..<(row * 7 + 7)]), layer: 0, dropout.inputKeepProb)
        let layers = problem.trained.layers
        for (index, layer) in layers.enumerated() {
            var z = layer.biases.indices.map { unit in
                a.indices.map { layer.weights[unit * a.count + $0] * a[$0] }.reduce(layer.biases[unit], +)
            }
            if let norm = layer.batchNorm {
                z = z.indices.map {
                    norm.gamma[$0] * (z[$0] - norm.runningMean[$0])
                        / (norm.runningVariance[$0] + TrainedNetwork.batchNormEpsilon).squareRoot() + norm.beta[$0]
                }
            }
            a = index == layers.count - 1 ? z : kept(z.map { tanh($0) }, layer: index + 1, dropout.keepProbs[index])
        }
        switch problem.network.task {
        case .regression: return a
        case .binary: return a.map { 1 / (1 + exp(-$0)) }
        case .multiclass:
            let sum = a.map { exp($0) }.reduce(0, +)
            return a.map { exp($0) / sum }
        }
    }

    @Test(arguments: Task.allCases, [(Precision.float64, 1e-11), (.float32, 1e-4)])
    func momentsAreThoseOfThePlainPasses(_ task: Task, _ precision: (Precision, Double)) throws {
        let dropout = PredictionDropout(inputKeepProb: 0.8, keepProbs: Self.keepProbs, seed: 0x1_0000_0007)
        for batchNorm in [false, true] {
            let problem = try Problem(task, precision.0, batchNorm: batchNorm)
            let width = problem.network.outputs
            for plan in batchNorm ? [ExecutionPlan.gemm] : ExecutionPlan.allCases {
                for passes in [1, 6] {
                    let moments = try problem.trained.predict(
                        problem.inputs, rows: problem.rows, dropout: dropout, passes: passes, plan: plan)
                    // The first and last rows, those where a block ends and the next begins, and some between.
                    for row in [0, 1, 2, 100, 255, 256, 257, 300, 511, 512, 522] {
                        let all = (0..<passes).map { outputs(problem, dropout, row: row, pass: $0) }
                        for output in 0..<width {
                            let values = all.map { $0[output] }
                            let mean = values.reduce(0, +) / Double(passes)
                            let variance = values.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / Double(passes)
                            let place = row * width + output
                            #expect(abs(moments.means[place] - mean) < precision.1 * (1 + abs(mean)))
                            #expect(abs(moments.standardDeviations[place] - variance.squareRoot()) < precision.1)
                            #expect(passes > 1 || moments.standardDeviations[place] == 0)
                        }
                    }
                }
            }
        }
    }

    @Test(arguments: Precision.allCases, [false, true])
    func withoutDropoutEveryPassIsInference(_ precision: Precision, _ batchNorm: Bool) throws {
        let problem = try Problem(.multiclass, precision, batchNorm: batchNorm, rows: 300)
        let none = PredictionDropout(inputKeepProb: 1, keepProbs: [1, 1, 1], seed: 5)
        #expect(!none.isActive)
        let moments = try problem.trained.predict(problem.inputs, rows: 300, dropout: none, passes: 50)
        #expect(try moments.means == problem.trained.predict(problem.inputs, rows: 300))
        #expect(moments.standardDeviations == [Double](repeating: 0, count: 900))
    }

    @Test func theSeedDecides() throws {
        let problem = try Problem(.regression, .float32)
        func ask(_ seed: UInt64) throws -> PredictionMoments {
            try problem.trained.predict(
                problem.inputs, rows: problem.rows,
                dropout: PredictionDropout(inputKeepProb: 1, keepProbs: Self.keepProbs, seed: seed), passes: 3)
        }
        #expect(try ask(1) == ask(1))
        #expect(try ask(1) != ask(2))
        #expect(try ask(1) != ask(1 << 32 | 1))
    }

    @Test func aShareForEachLayerIsNeeded() throws {
        let problem = try Problem(.regression, .float32, rows: 2)
        let wrong = PredictionDropout(inputKeepProb: 1, keepProbs: [0.5], seed: 5)
        #expect(throws: PredictionError.layerCount(expected: 3, found: 1)) {
            try problem.trained.predict(problem.inputs, rows: 2, dropout: wrong, passes: 1)
        }
        let right = PredictionDropout(inputKeepProb: 0.5, keepProbs: [1, 1, 1], seed: 5)
        #expect(throws: PredictionError.valueCount(rows: 3, inputs: 7, found: 14)) {
            try problem.trained.predict(problem.inputs, rows: 3, dropout: right, passes: 1)
        }
    }
}
