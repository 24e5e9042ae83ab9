import Perceptron
import Testing

/// The seed decides every bit, the threads none.
@Suite struct DeterminismTests {
    struct Setting: Sendable {
        var precision: Precision
        var batchNorm: Bool
        var generator: Generator

        static let all: [Setting] = Precision.allCases.flatMap { precision in
            [false, true].flatMap { batchNorm in
                Generator.allCases.map { Setting(precision: precision, batchNorm: batchNorm, generator: $0) }
            }
        }
    }

    // Wide enough that products, sums and passes are all cut into several parts.
    private func run(_ setting: Setting, threads: Int, seed: UInt64 = 4) throws -> TrainingOutcome {
        let examples = RandomProblem.examples(450, inputs: 90, task: .multiclass)
        let network = NetworkSpecification(
            inputs: 90,
            hiddenLayers: [.init(units: 230, keepProb: 0.8), .init(units: 200, activation: .tanh, keepProb: 0.7)],
            outputs: 3, task: .multiclass, inputKeepProb: 0.9, batchNorm: setting.batchNorm)
        var training = TrainingSpecification()
        training.epochs = 2
        training.batchSize = .count(350)
        training.l2Lambda = 0.3
        training.clipNorm = 1
        training.precision = setting.precision
        training.generator = setting.generator
        training.threads = threads
        training.seed = seed
        training.dropoutSeed = 9
        return try Training.run(
            network, training, on: DataSets(train: examples, dev: examples), monitor: TrainingMonitor(epochs: 2))
    }

    @Test(arguments: Setting.all)
    func anyNumberOfThreadsGivesTheSameBits(_ setting: Setting) throws {
        let one = try run(setting, threads: 1)
        for threads in 2...3 {
            let more = try run(setting, threads: threads)
            #expect(more.network.encoded() == one.network.encoded())
            #expect(more.history == one.history)
            #expect(more.train == one.train)
        }
    }

    @Test func theSameSeedGivesTheSameBitsAndAnotherSeedOthers() throws {
        let setting = Setting(precision: .float32, batchNorm: false, generator: .philox)
        let first = try run(setting, threads: 1)
        #expect(try run(setting, threads: 1).network == first.network)
        #expect(try run(setting, threads: 1, seed: 5).network != first.network)
    }

    @Test(arguments: OptimizerTests.rules, [false, true])
    func theUpdateIsTheSameAtOnceOrAfterTheWholeGradient(_ rule: OptimizerSpecification, _ batchNorm: Bool) throws {
        // Sizes at which rows of weights end within a vector, and begin there.
        let network = RandomProblem.network(
            37, [45, 20], .leakyReLU, task: .multiclass, keepProb: 0.7, batchNorm: batchNorm)
        let examples = RandomProblem.examples(90, inputs: 37, task: .multiclass)
        for precision in Precision.allCases {
            for set in InstructionSet.available {
                func run(historyEvery: Int, clipNorm: Double?) throws -> TrainingOutcome {
                    var training = TrainingSpecification()
                    training.epochs = 3
                    training.batchSize = .count(40)
                    training.optimizer = rule
                    training.learningRate = 0.01
                    training.l1Lambda = 0.2
                    training.l2Lambda = 0.3
                    training.precision = precision
                    training.historyEvery = historyEvery
                    training.clipNorm = clipNorm
                    return try Training.run(
                        network, training, on: DataSets(train: examples), monitor: TrainingMonitor(epochs: 3),
                        plan: .gemm, instructionSet: set)
                }
                let atOnce = try run(historyEvery: 100, clipNorm: nil)
                let recorded = try run(historyEvery: 1, clipNorm: nil)
                let unclipped = try run(historyEvery: 1, clipNorm: 1e9)
                #expect(atOnce.network == recorded.network)
                #expect(atOnce.network == unclipped.network)
                #expect(recorded.history == unclipped.history, "the norm is that of the whole gradient")
            }
        }
    }

    @Test func jobsThatTrainAtTheSameTimeDoNotDisturbEachOther() async throws {
        let setting = Setting(precision: .float32, batchNorm: true, generator: .philox)
        let alone = try run(setting, threads: 1).network
        try await withThrowingTaskGroup(of: TrainedNetwork.self) { group in
            for job in 0..<4 { group.addTask { try self.run(setting, threads: 1 + job % 2).network } }
            for try await network in group { #expect(network == alone) }
        }
    }

    @Test func philoxAnswersAsItsAuthorsPublished() {
        let ones = UInt32.max
        #expect(Philox.rounds(SIMD4(0, 0, 0, 0), (0, 0)) == SIMD4(0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8))
        #expect(
            Philox.rounds(SIMD4(ones, ones, ones, ones), (ones, ones))
                == SIMD4(0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd))
        #expect(
            Philox.rounds(SIMD4(0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344), (0xa409_3822, 0x299f_31d0))
                == SIMD4(0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1))
    }

    @Test func philoxOfSevenRoundsAnswersAsItsAuthorsPublished() {
        let ones = UInt32.max
        #expect(
            Philox.rounds(SIMD4(0, 0, 0, 0), (0, 0), count: 7)
                == SIMD4(0x5f6f_b709, 0x0d89_3f64, 0x4f12_1f81, 0x4f73_0a48))
        #expect(
            Philox.rounds(SIMD4(ones, ones, ones, ones), (ones, ones), count: 7)
                == SIMD4(0x5207_ddc2, 0x4516_5e59, 0x4d8e_e751, 0x8c52_f662))
        #expect(
            Philox.rounds(
                SIMD4(0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344), (0xa409_3822, 0x299f_31d0), count: 7)
                == SIMD4(0x4dfc_caba, 0x190a_87f0, 0xc473_62ba, 0xb6b5_242a))
    }

    @Test func philoxWeightsHaveTheInitializersSpread() throws {
        let examples = RandomProblem.examples(4, inputs: 300, task: .binary)
        for (initializer, variance) in [
            (Initializer.he, 2 / 300.0), (.xavier, 1 / 300.0), (.glorot, 2 / 500.0), (.bengio, 2 / 60_000.0),
            (.normal, 1), (.zeros, 0), (.auto, 2 / 300.0),
        ] {
            let network = NetworkSpecification(
                inputs: 300, hiddenLayers: [.init(units: 200)], outputs: 1, task: .binary, initializer: initializer)
            let monitor = TrainingMonitor(epochs: 1)
            monitor.stop(.cancel)
            let start = try Training.run(
                network, TrainingSpecification(), on: DataSets(train: examples), monitor: monitor)
            let weights = start.network.layers[0].weights
            let mean = weights.reduce(0, +) / 60_000
            let spread = weights.map { $0 * $0 }.reduce(0, +) / 60_000
            // Six standard errors of a sample of 60,000.
            #expect(abs(mean) <= 6 * (variance / 60_000).squareRoot())
            #expect(abs(spread - variance) <= 6 * variance * (2.0 / 60_000).squareRoot())
            #expect(start.network.layers[0].biases.allSatisfy { $0 == 0 })
        }
    }
}
