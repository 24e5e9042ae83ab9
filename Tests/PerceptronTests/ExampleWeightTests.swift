import Foundation
import Perceptron
import Testing

/// Weights of examples: against the naive twin, against differences, and against what they mean.
@Suite struct ExampleWeightTests {
    /// Sample weights, class weights or both for a set, with what they come to: written down once more.
    private struct Weighting {
        let set: ExampleSet
        let w: [Double]

        /// Takes turns with `number` where the task has classes.
        init(_ examples: ExampleSet, task: Task, classes: Int, targets: [Double], number: Int) {
            let useClasses = task != .regression && number % 3 != 0
            let useSamples = !useClasses || number % 3 == 2
            let ofClasses = useClasses ? (0..<max(classes, 2)).map { [0.5, 3, 1, 0.2, 7][$0 % 5] } : nil
            let sample = useSamples ? RandomProblem.sampleWeights(examples.count, seed: UInt32(number)) : nil
            set = RandomProblem.weighted(examples, sample, ofClasses: ofClasses)
            let raw = targets.enumerated().map { (sample?[$0] ?? 1) * (ofClasses?[Int($1)] ?? 1) }
            let mean = raw.reduce(0, +) / Double(raw.count)
            w = raw.map { $0 / mean }
        }
    }

    private func numbers(_ outcome: TrainingOutcome) -> [Double] {
        outcome.network.layers.flatMap { layer in
            layer.weights + layer.biases + (layer.batchNorm.map { $0.gamma + $0.beta + $0.runningMean } ?? [])
        }
    }

    private func relativeError(_ a: [Double], _ b: [Double]) -> Double {
        let difference = zip(a, b).map { ($0 - $1) * ($0 - $1) }.reduce(0, +)
        return a.count == b.count ? (difference / b.map { $0 * $0 }.reduce(0, +)).squareRoot() : .infinity
    }

    @Test(arguments: (0..<90).map(ExecutionPlanTests.Draw.init))
    func everyPlanOnEveryInstructionSetEqualsTheNaiveTwin(_ draw: ExecutionPlanTests.Draw) throws {
        let examples = draw.examples
        let x = (0..<draw.rows).map { row in
            examples.inputs.map { (examples.table[row, $0.column] - $0.mean) / $0.standardDeviation }
        }
        let y = (0..<draw.rows).map { examples.table[$0, draw.network.inputs] }
        let weighting = Weighting(
            examples, task: draw.network.task, classes: draw.network.outputs, targets: y, number: draw.number)
        var training = draw.training
        var twin = NaiveNetwork(draw.network, training, x: x, y: y, w: weighting.w)
        let costs = twin.train()
        let expected = twin.layers.flatMap { $0.weights + $0.biases }
        let metrics = [twin.loss(), twin.loss() + twin.penalty]

        for (precision, tolerance) in [(Precision.float64, 1e-12), (.float32, 2e-5)] {
            training.precision = precision
            for plan in ExecutionPlan.allCases {
                for set in InstructionSet.available {
                    let outcome = try Training.run(
                        draw.network, training, on: DataSets(train: weighting.set), monitor: TrainingMonitor(epochs: 2),
                        plan: plan, instructionSet: set)
                    let place = "\(plan) \(set) \(precision)"
                    #expect(relativeError(numbers(outcome), expected) <= tolerance, "\(place): parameters")
                    let stepCosts = outcome.history.compactMap(\.stepCost)
                    #expect(relativeError(stepCosts, costs) <= tolerance, "\(place): costs")
                    let measured = try outcome.measured
                    #expect(relativeError([measured.loss, measured.cost], metrics) <= tolerance, "\(place): metrics")
                }
            }
        }
    }

    @Test(arguments: (0..<60).map(NaiveTwinTests.Draw.init).filter(\.batchNorm))
    func batchNormalisationGoesWithWeights(_ draw: NaiveTwinTests.Draw) throws {
        let examples = RandomProblem.examples(draw.rows, inputs: draw.inputs, task: draw.task)
        let network = RandomProblem.network(
            draw.inputs, draw.hidden, draw.activation, task: draw.task, keepProb: draw.keepProb, batchNorm: true)
        var training = TrainingSpecification()
        training.epochs = 2
        training.batchSize = draw.batch
        training.learningRate = 0.02
        training.precision = .float64
        let x = (0..<draw.rows).map { row in (0..<draw.inputs).map { examples.table[row, $0] } }
        let y = (0..<draw.rows).map { examples.table[$0, draw.inputs] }
        let weighting = Weighting(
            examples, task: draw.task, classes: network.outputs, targets: y, number: draw.number)
        var twin = NaiveNetwork(network, training, x: x, y: y, w: weighting.w)
        let costs = twin.train()
        let outcome = try Training.run(
            network, training, on: DataSets(train: weighting.set), monitor: TrainingMonitor(epochs: 2))
        let expected = twin.layers.flatMap { layer in
            layer.weights + layer.biases + (layer.batchNorm.map { $0.gamma + $0.beta + $0.runningMean } ?? [])
        }
        #expect(relativeError(numbers(outcome), expected) < 1e-10)
        #expect(relativeError(outcome.history.compactMap(\.stepCost), costs) < 1e-10)
        #expect(try relativeError([outcome.measured.loss], [twin.loss()]) < 1e-10)
    }

    @Test(arguments: Activation.allCases, Task.allCases)
    func theGradientIsTheWeightedCostsDerivative(_ activation: Activation, _ task: Task) throws {
        for (batchNorm, dropout) in [(false, false), (false, true), (true, false)] {
            let plain = RandomProblem.examples(23, inputs: 4, task: task)
            let examples = RandomProblem.weighted(
                plain, RandomProblem.sampleWeights(23),
                ofClasses: task == .regression ? nil : Array([2, 0.5, 1.5].prefix(task == .binary ? 2 : 3)))
            let network = RandomProblem.network(
                4, [6, 5], activation, task: task, keepProb: dropout ? 0.7 : 1, batchNorm: batchNorm)
            var training = TrainingSpecification()
            training.l1Lambda = 0.3
            training.l2Lambda = 0.4
            let function = try CostFunction(network: network, training: training, on: examples, dropout: dropout)
            let report = try GradientCheck.compare(
                gradient: function.costAndGradient().gradient, with: function, training: training, examples: 23)
            #expect(report.relativeError < 1e-7 && report.relativeError > 0)
            let unweighted = try CostFunction(network: network, training: training, on: plain, dropout: dropout)
            #expect(function.costAndGradient().cost != unweighted.costAndGradient().cost, "the weights did nothing")
        }
    }

    @Test func aCheckOnSomeOfTheExamplesKeepsTheirWeights() throws {
        let examples = RandomProblem.weighted(
            RandomProblem.examples(200, inputs: 3, task: .binary), RandomProblem.sampleWeights(200))
        var options = GradientCheck.Options()
        options.maxExamples = 9
        let report = try GradientCheck.run(
            RandomProblem.network(3, [4], .tanh, task: .binary), TrainingSpecification(), on: examples,
            options: options)
        #expect(report.examples == 9)
        #expect(report.relativeError < 1e-7 && report.relativeError > 0)
    }

    private func training(_ precision: Precision, _ batchSize: BatchSize = .full) -> TrainingSpecification {
        var training = TrainingSpecification()
        training.epochs = 12
        training.batchSize = batchSize
        training.optimizer = .sgd
        training.learningRate = 0.1
        training.precision = precision
        training.seed = 3
        return training
    }

    private func run(
        _ network: NetworkSpecification, _ training: TrainingSpecification, _ sets: DataSets, _ plan: ExecutionPlan
    ) throws -> TrainingOutcome {
        try Training.run(network, training, on: sets, monitor: TrainingMonitor(epochs: training.epochs), plan: plan)
    }

    @Test(arguments: Task.allCases, ExecutionPlan.allCases)
    func aWeightOfTwoIsTheRowTwiceAndOfNoneTheRowLeftOut(_ task: Task, _ plan: ExecutionPlan) throws {
        let examples = RandomProblem.examples(31, inputs: 4, task: task)
        let network = RandomProblem.network(4, [6, 5], .tanh, task: task)
        let weights = (0..<31).map { Double([1, 2, 0, 3][$0 % 4]) }
        var repeated = examples
        repeated.rows = examples.rows.flatMap { [Int32](repeating: $0, count: Int(weights[Int($0)])) }
        let weighted = RandomProblem.weighted(examples, weights)
        let one = try run(network, training(.float64), DataSets(train: weighted, dev: weighted), plan)
        let other = try run(network, training(.float64), DataSets(train: repeated, dev: repeated), plan)
        #expect(relativeError(numbers(one), numbers(other)) < 1e-12)
        for (a, b) in zip(one.history, other.history) {
            for (a, b) in [(a.train, b.train), (try #require(a.dev), try #require(b.dev))] {
                #expect(relativeError([a.loss, a.cost], [b.loss, b.cost]) < 1e-12)
                #expect(relativeError([a.accuracy ?? 1], [b.accuracy ?? 1]) < 1e-12)
                #expect(relativeError([a.rmse ?? 1, a.r2 ?? 1], [b.rmse ?? 1, b.r2 ?? 1]) < 1e-11)
            }
        }
    }

    @Test(arguments: Precision.allCases, ExecutionPlan.allCases)
    func equalWeightsAreNoWeightsToTheLastBit(_ precision: Precision, _ plan: ExecutionPlan) throws {
        for task in Task.allCases {
            for batchSize in [BatchSize.full, .count(16)] {
                let examples = RandomProblem.examples(70, inputs: 4, task: task)
                let network = RandomProblem.network(4, [6, 5], .relu, task: task, keepProb: 0.8)
                let equal = RandomProblem.weighted(
                    examples, [Double](repeating: 0.3, count: 70),
                    ofClasses: task == .regression ? nil : [Double](repeating: 1.7, count: task == .binary ? 2 : 3))
                let settings = training(precision, batchSize)
                let with = try run(network, settings, DataSets(train: equal, dev: equal), plan)
                let without = try run(network, settings, DataSets(train: examples, dev: examples), plan)
                #expect(with.network.encoded() == without.network.encoded())
                #expect(with.history == without.history)
            }
        }
    }

    /// The accuracy is by sample weight alone, the loss by both.
    @Test(arguments: Task.allCases, ExecutionPlan.allCases)
    func metricsAreWeightedMeansOfWhatPredictionSays(_ task: Task, _ plan: ExecutionPlan) throws {
        let count = 523
        let sample = RandomProblem.sampleWeights(count)
        let classes = task == .binary ? 2 : 3
        let ofClasses = task == .regression ? nil : Array([4, 0.5, 2.5].prefix(classes))
        let examples = RandomProblem.weighted(
            RandomProblem.examples(count, inputs: 7, task: task), sample, ofClasses: ofClasses)
        let network = RandomProblem.network(7, [13], .tanh, task: task)
        for (precision, tolerance) in [(Precision.float64, 1e-12), (.float32, 1e-5)] {
            let outcome = try run(network, training(precision, .count(64)), DataSets(train: examples), plan)
            let outputs = try outcome.network.predict(examples)
            let width = network.outputs
            var (loss, lossTotal, right, squares, mean) = (0.0, 0.0, 0.0, 0.0, 0.0)
            let total = sample.reduce(0, +)
            for row in 0..<count {
                let (target, output) = (examples.table[row, 7], Array(outputs[(row * width)..<((row + 1) * width)]))
                let w = sample[row] * (ofClasses?[Int(target)] ?? 1)
                lossTotal += w
                mean += sample[row] * target / total
                switch task {
                case .binary: loss -= w * log(target == 1 ? output[0] : 1 - output[0])
                case .multiclass: loss -= w * log(output[Int(target)])
                case .regression: loss += w * (output[0] - target) * (output[0] - target)
                }
                squares += sample[row] * (output[0] - target) * (output[0] - target)
                if task.predictedClass(output) == Int(target) { right += sample[row] }
            }
            let measured = try outcome.measured
            #expect(abs(measured.loss - loss / lossTotal) < tolerance * (1 + measured.loss))
            guard task == .regression else {
                #expect(abs(try #require(measured.accuracy) - right / total) < tolerance)
                continue
            }
            let spread = (0..<count).map {
                sample[$0] * (examples.table[$0, 7] - mean) * (examples.table[$0, 7] - mean)
            }
            #expect(abs(try #require(measured.rmse) - (squares / total).squareRoot()) < tolerance)
            #expect(abs(try #require(measured.r2) - (1 - squares / spread.reduce(0, +))) < tolerance)
        }
    }

    @Test(arguments: [BatchSize.count(96), .full])
    func aSetTooLargeToBeKeptEncodedTrainsTheSame(_ batchSize: BatchSize) throws {
        // 300 inputs of 4,000 rows are 9.6 MB in float64: more than what is kept.
        var examples = RandomProblem.weighted(
            RandomProblem.examples(4_000, inputs: 3, task: .binary), RandomProblem.sampleWeights(4_000))
        examples.inputs = (0..<300).map { InputFeature(column: $0 % 3, mean: Double($0) / 100) }
        let network = RandomProblem.network(300, [5], .tanh, task: .binary)
        var settings = training(.float64, batchSize)
        settings.epochs = 2
        let sets = DataSets(train: examples)
        let (fused, gemm) = (try run(network, settings, sets, .fused), try run(network, settings, sets, .gemm))
        #expect(relativeError(numbers(fused), numbers(gemm)) < 1e-12)
        #expect(relativeError(fused.history.map(\.train.loss), gemm.history.map(\.train.loss)) < 1e-12)
        #expect(fused.network != gemm.network, "the plans were not two")
    }

    @Test func weightedTrainingGivesTheSameBitsForAnyNumberOfThreads() throws {
        let examples = RandomProblem.weighted(
            RandomProblem.examples(301, inputs: 9, task: .multiclass), RandomProblem.sampleWeights(301),
            ofClasses: [1, 2, 3])
        let network = RandomProblem.network(9, [70, 40], .relu, task: .multiclass, keepProb: 0.8)
        for plan in ExecutionPlan.allCases {
            var settings = training(.float32, .count(50))
            let one = try run(network, settings, DataSets(train: examples, dev: examples), plan)
            for threads in 2...3 {
                settings.threads = threads
                let more = try run(network, settings, DataSets(train: examples, dev: examples), plan)
                #expect(more.network.encoded() == one.network.encoded())
                #expect(more.history == one.history)
            }
        }
    }

    @Test(arguments: [-0.5, .nan, .infinity])
    func aWeightThatIsNoneKeepsARunFromStarting(_ bad: Double) throws {
        let examples = RandomProblem.examples(5, inputs: 2, task: .regression)
        let network = RandomProblem.network(2, [3], .tanh, task: .regression)
        var weights = [1, 2, 3, 4, 5.0]
        weights[3] = bad
        var set = RandomProblem.weighted(examples, weights)
        set.weights?.mean = 3
        let error = #expect(throws: TrainingError.self) {
            try Training.run(network, training(.float32), on: DataSets(train: set), monitor: TrainingMonitor(epochs: 1))
        }
        guard case .badWeight(let row, let value)? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(row == 3)
        #expect(value == bad || value.isNaN && bad.isNaN)
    }
}
