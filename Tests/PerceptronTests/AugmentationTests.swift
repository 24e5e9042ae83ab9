import CKernels
import Perceptron
import Testing

/// What training sees of augmented examples.
@Suite struct AugmentationTests {
    private static let network = RandomProblem.network(24, [9], .tanh, task: .multiclass)

    private static func examples(_ count: Int = 70) -> ExampleSet {
        var examples = RandomProblem.examples(count, inputs: 24, task: .multiclass)
        for input in examples.inputs.indices {
            examples.inputs[input].mean = 0.25
            examples.inputs[input].standardDeviation = 1.5
        }
        return examples
    }

    private static let everything: Augmentation = {
        var image = ImageAugmentation(height: 4, width: 3, channels: 2)
        (image.horizontalFlip, image.verticalFlip) = (0.5, 0.25)
        (image.horizontalShift, image.verticalShift) = (1, 1)
        image.rotation = 30
        image.scale = 0.8...1.25
        image.elastic = .init(alpha: 2, sigma: 1)
        return Augmentation(noise: (0..<24).map { Double($0) / 50 }, image: image)
    }()

    private func training(_ batchSize: BatchSize, _ change: (inout TrainingSpecification) -> Void = { _ in })
        -> TrainingSpecification
    {
        var training = TrainingSpecification()
        training.epochs = 3
        training.batchSize = batchSize
        training.learningRate = 0.02
        training.seed = 6
        training.precision = .float64
        change(&training)
        return training
    }

    private func run(
        _ augmentation: Augmentation?, _ training: TrainingSpecification, plan: ExecutionPlan? = nil,
        examples: ExampleSet = examples()
    ) throws -> TrainingOutcome {
        try Training.run(
            Self.network, training, on: DataSets(train: examples, dev: examples, augmentation: augmentation),
            monitor: TrainingMonitor(epochs: training.epochs), plan: plan)
    }

    private func inputs(
        _ augmentation: Augmentation, position: Int, epoch: Int, of examples: ExampleSet = examples(),
        seed: UInt64 = 6
    ) throws -> [Double] {
        let augmenter = try ExampleAugmenter(augmentation, of: examples, seed: seed, workers: 1)
        return Array(
            UnsafeBufferPointer(
                start: augmenter.inputs(position: position, epoch: epoch, worker: 0), count: examples.inputs.count))
    }

    /// The examples of an epoch as a set of their own.
    private func varied(_ augmentation: Augmentation, epoch: Int, of examples: ExampleSet = examples()) throws
        -> ExampleSet
    {
        let x = try examples.rows.indices.map { try inputs(augmentation, position: $0, epoch: epoch, of: examples) }
        let y = examples.rows.map { examples.table[Int($0), examples.targetColumn] }
        return RandomProblem.make(x, y, task: .multiclass, classes: 3)
    }

    @Test(arguments: ExecutionPlan.allCases, [BatchSize.full, .count(16), .count(1)])
    func stepsDescendTheCostOfTheEpochsOwnVariations(_ plan: ExecutionPlan, _ batchSize: BatchSize) throws {
        // An epoch on augmented examples is an epoch on those variations as plain examples.
        var oneEpoch = training(batchSize) { $0.shuffle = false }
        oneEpoch.epochs = 1
        let augmented = try run(Self.everything, oneEpoch, plan: plan)
        let plain = try run(nil, oneEpoch, plan: plan, examples: varied(Self.everything, epoch: 0))
        let unvaried = try run(nil, oneEpoch, plan: plan)
        #expect(augmented.network.encoded() == plain.network.encoded())
        #expect(augmented.network.encoded() != unvaried.network.encoded())
        #expect(augmented.history.last?.stepCost == plain.history.last?.stepCost)
        #expect(augmented.history.last?.stepCost != unvaried.history.last?.stepCost)
    }

    @Test(arguments: ExecutionPlan.allCases)
    func everyEpochHasVariationsOfItsOwn(_ plan: ExecutionPlan) throws {
        // Full batches without memory: the second epoch starts from where the first one ended.
        let two = training(.full) {
            $0.epochs = 2
            $0.optimizer = .sgd
        }
        var one = two
        one.epochs = 1
        let first = try run(Self.everything, one, plan: plan).network
        var network = Self.network
        network.initialLayers = first.layers
        let second = try Training.run(
            network, one, on: DataSets(train: varied(Self.everything, epoch: 1)),
            monitor: TrainingMonitor(epochs: 1), plan: plan)
        #expect(try run(Self.everything, two, plan: plan).network.layers == second.network.layers)
    }

    @Test(arguments: ExecutionPlan.allCases, [BatchSize.full, .count(32)])
    func anyNumberOfThreadsGivesTheSameBits(_ plan: ExecutionPlan, _ batchSize: BatchSize) throws {
        let examples = Self.examples(900)
        for precision in Precision.allCases {
            let outcomes = try (1...3).map { threads in
                try run(
                    Self.everything,
                    training(batchSize) {
                        $0.threads = threads
                        $0.precision = precision
                    }, plan: plan, examples: examples)
            }
            for outcome in outcomes {
                #expect(outcome.network.encoded() == outcomes[0].network.encoded())
                #expect(outcome.history == outcomes[0].history)
            }
        }
    }

    @Test func bothPlansAgreeToRounding() throws {
        for batchSize in [BatchSize.full, .count(16)] {
            let costs = try ExecutionPlan.allCases.map { plan in
                try run(Self.everything, training(batchSize), plan: plan).history.compactMap(\.stepCost)
            }
            for (a, b) in zip(costs[0], costs[1]) { #expect(abs(a - b) < 1e-9) }
        }
    }

    @Test func whatIsMeasuredIsMeasuredOnTheExamplesAsTheyAre() throws {
        // Training and dev set are the same examples here.
        let outcome = try run(Self.everything, training(.count(16)))
        for row in outcome.history { #expect(row.train == row.dev) }
        var steady = training(.count(16))
        steady.learningRate = 1e-300
        let unmoved = try run(Self.everything, steady)
        let plain = try run(nil, steady)
        #expect(unmoved.train == plain.train)
        #expect(unmoved.history.last?.stepCost != plain.history.last?.stepCost)
    }

    @Test func anAugmentationThatDoesNothingLeavesTheBitsAlone() throws {
        let nothing = Augmentation(
            noise: [Double](repeating: 0, count: 24), image: ImageAugmentation(height: 4, width: 6))
        #expect(nothing.isIdentity)
        #expect(!Self.everything.isIdentity)
        for batchSize in [BatchSize.full, .count(16)] {
            let plain = try run(nil, training(batchSize))
            #expect(try run(nothing, training(batchSize)).network.encoded() == plain.network.encoded())
            #expect(try run(Augmentation(), training(batchSize)).network.encoded() == plain.network.encoded())
        }
    }

    @Test func anotherSeedOrEpochOrExampleGetsAnotherVariation() throws {
        for augmentation in [Self.everything, Augmentation(noise: [Double](repeating: 0.1, count: 24))] {
            let one = try inputs(augmentation, position: 3, epoch: 2)
            #expect(try inputs(augmentation, position: 3, epoch: 2) == one)
            #expect(try inputs(augmentation, position: 3, epoch: 3) != one)
            #expect(try inputs(augmentation, position: 3, epoch: 2, seed: 7) != one)
            var examples = Self.examples()
            examples.rows[4] = examples.rows[3]
            #expect(try inputs(augmentation, position: 4, epoch: 2, of: examples) != one)
        }
    }

    @Test func imagesAreMovedBeforeNormalisationAndNoiseComesAfter() throws {
        // A flip of pixels that are normalised one by one.
        var image = ImageAugmentation(height: 1, width: 3)
        image.horizontalFlip = 1
        var examples = RandomProblem.make([[1, 2, 4]], [0], task: .binary)
        for (input, (mean, deviation)) in [(1.0, 2.0), (0, 1), (-3, 0.5)].enumerated() {
            examples.inputs[input].mean = mean
            examples.inputs[input].standardDeviation = deviation
        }
        let flipped = try inputs(Augmentation(image: image), position: 0, epoch: 0, of: examples)
        #expect(flipped == [1.5, 2, 8])
        let noise = try inputs(Augmentation(noise: [0, 0.5, 0], image: image), position: 0, epoch: 0, of: examples)
        #expect(noise[0] == 1.5 && noise[2] == 8)
        #expect(noise[1] != 2 && abs(noise[1] - 2) < 4)
    }

    @Test func missingPixelsAreFilledBeforeTheyAreMoved() throws {
        var image = ImageAugmentation(height: 1, width: 3)
        image.horizontalFlip = 1
        var examples = RandomProblem.make([[.nan, 2, 4]], [0], task: .binary)
        for input in examples.inputs.indices { examples.inputs[input].missingValue = 7 }
        #expect(try inputs(Augmentation(image: image), position: 0, epoch: 0, of: examples) == [4, 2, 7])
    }

    @Test func noiseIsTheReferences() throws {
        for noise in try GoldenAugmentation.read().noises {
            let count = noise.expected.count
            for set in InstructionSet.available {
                for isDouble in [true, false] {
                    let kernels = try #require(ck_kernels_of(set.rawValue, isDouble ? 1 : 0)).pointee
                    var found = [Double](repeating: 0, count: count)
                    if isDouble {
                        let ones = [Double](repeating: 1, count: count)
                        kernels.add_noise(
                            &found, ones, Int64(count), noise.seed, UInt32(noise.epoch), UInt32(noise.position))
                    } else {
                        let ones = [Float](repeating: 1, count: count)
                        var numbers = [Float](repeating: 0, count: count)
                        kernels.add_noise(
                            &numbers, ones, Int64(count), noise.seed, UInt32(noise.epoch), UInt32(noise.position))
                        found = numbers.map(Double.init)
                    }
                    let error = zip(found, noise.expected).map { abs($0 - $1) }.max() ?? 1
                    #expect(error < (isDouble ? 1e-11 : 1e-5), "\(set), \(count) numbers")
                }
            }
        }
    }

    @Test func noiseHasTheSpreadAskedForAndDoesNotDependOnItsNeighbours() throws {
        let count = 400
        let examples = RandomProblem.make(
            [[Double]](repeating: [Double](repeating: 3, count: count), count: 50), [Double](repeating: 0, count: 50),
            task: .regression)
        let deviations = (0..<count).map { $0 % 2 == 0 ? 0.5 : 0 }
        let augmenter = try ExampleAugmenter(Augmentation(noise: deviations), of: examples, seed: 2, workers: 1)
        var before: [Double] = []
        var (sum, squares, fourths, products, number) = (0.0, 0.0, 0.0, 0.0, 0.0)
        for epoch in 0..<4 {
            for position in 0..<50 {
                let row = augmenter.inputs(position: position, epoch: epoch, worker: 0)
                let noise = (0..<count).map { row[$0] - 3 }
                #expect(stride(from: 1, to: count, by: 2).allSatisfy { noise[$0] == 0 })
                let normal = stride(from: 0, to: count, by: 2).map { noise[$0] / 0.5 }
                for (place, z) in normal.enumerated() {
                    sum += z
                    squares += z * z
                    fourths += z * z * z * z
                    if !before.isEmpty { products += z * before[place] }
                    number += 1
                }
                before = normal
            }
        }
        // Five standard errors of 40,000 normal numbers.
        #expect(abs(sum / number) < 5 / number.squareRoot())
        #expect(abs(squares / number - 1) < 5 * (2 / number).squareRoot())
        #expect(abs(fourths / number - 3) < 5 * (96 / number).squareRoot())
        #expect(abs(products / number) < 5 / number.squareRoot())
    }

    @Test func flipsAndShiftsComeAsOftenAsAskedFor() throws {
        var image = ImageAugmentation(height: 1, width: 7)
        image.horizontalFlip = 0.3
        image.horizontalShift = 1
        image.fill = .constant(0)
        let examples = RandomProblem.make([[0, 0, 1, 2, 3, 0, 0]], [0], task: .binary)
        var counts: [[Double]: Int] = [:]
        for epoch in 0..<6_000 {
            counts[try inputs(Augmentation(image: image), position: 0, epoch: epoch, of: examples), default: 0] += 1
        }
        for (turned, share) in [([1.0, 2, 3], 0.7), ([3, 2, 1], 0.3)] {
            for shift in 0..<3 {
                let row = [Double](repeating: 0, count: 1 + shift) + turned + [Double](repeating: 0, count: 3 - shift)
                let expected = 6_000 * share / 3
                #expect(abs(Double(counts[row] ?? 0) - expected) < 5 * expected.squareRoot())
            }
        }
        #expect(counts.count == 6)
    }

    @Test func anAugmentationOfOtherInputsIsRefused() throws {
        for augmentation in [
            Augmentation(noise: [0.5]), Augmentation(image: ImageAugmentation(height: 5, width: 5)),
        ] {
            #expect(throws: TrainingError.self) { try run(augmentation, training(.full)) }
        }
    }

    @Test func memoryOfImagesIsCounted() {
        let training = training(.count(10))
        var image = ImageAugmentation(height: 100, width: 100)
        image.rotation = 5
        let network = NetworkSpecification(inputs: 10_000, hiddenLayers: [], outputs: 1, task: .binary)
        func bytes(_ augmentation: Augmentation?, threads: Int) -> Int {
            var training = training
            training.threads = threads
            return Training.memoryBytes(network, training, rows: 50, augmentation: augmentation)
        }
        let affine = Augmentation(image: image)
        image.elastic = .init(alpha: 1, sigma: 2)
        let elastic = Augmentation(image: image)
        let plain = bytes(nil, threads: 1)
        #expect(bytes(affine, threads: 1) >= plain + 8 * (10_000 + 102 * 102))
        #expect(bytes(elastic, threads: 1) >= bytes(affine, threads: 1) + 8 * 40_000)
        #expect(
            bytes(elastic, threads: 4) - bytes(nil, threads: 4) > 3 * (bytes(elastic, threads: 1) - plain - 800_000))
    }
}
