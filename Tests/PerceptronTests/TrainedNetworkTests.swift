import Perceptron
import Testing

/// A trained network as bytes, and at work.
@Suite struct TrainedNetworkTests {
    private func trained(
        _ task: Task, _ precision: Precision = .float32, batchNorm: Bool = false, hidden: [Int] = [7, 5],
        rows: Int = 600
    ) throws -> (TrainingOutcome, ExampleSet) {
        let examples = RandomProblem.examples(rows, inputs: 4, task: task)
        let network = NetworkSpecification(
            inputs: 4, hiddenLayers: hidden.map { .init(units: $0, activation: .leakyReLU) },
            outputs: task == .multiclass ? 3 : 1, task: task, batchNorm: batchNorm)
        var training = TrainingSpecification()
        training.epochs = 3
        training.precision = precision
        let outcome = try Training.run(
            network, training, on: DataSets(train: examples), monitor: TrainingMonitor(epochs: 3))
        return (outcome, examples)
    }

    @Test(arguments: Precision.allCases, [false, true])
    func bytesReadBackToTheSameNetwork(_ precision: Precision, _ batchNorm: Bool) throws {
        for task in Task.allCases {
            for hidden in [[], [7, 5]] {
                let network = try trained(task, precision, batchNorm: batchNorm, hidden: hidden).0.network
                let bytes = network.encoded()
                let back = try bytes.withUnsafeBytes { try TrainedNetwork(decoding: $0) }
                #expect(back == network)
                #expect(back.layers == network.layers)
            }
        }
    }

    @Test func cutBytesAreRefusedWhereverTheyAreCut() throws {
        let bytes = try trained(.multiclass, batchNorm: true).0.network.encoded()
        for count in 0..<bytes.count {
            #expect(throws: NetworkDecodingError.self) {
                try bytes[..<count].withUnsafeBytes { try TrainedNetwork(decoding: $0) }
            }
        }
        #expect(throws: NetworkDecodingError.wrongLength(expected: bytes.count, found: bytes.count + 1)) {
            try (bytes + [0]).withUnsafeBytes { try TrainedNetwork(decoding: $0) }
        }
    }

    @Test func anyChangedByteIsNoticed() throws {
        var bytes = try trained(.binary, .float64).0.network.encoded()
        for index in bytes.indices {
            for flip in [UInt8(1), 0x80, 0xFF] {
                bytes[index] ^= flip
                #expect(throws: NetworkDecodingError.self) {
                    try bytes.withUnsafeBytes { try TrainedNetwork(decoding: $0) }
                }
                bytes[index] ^= flip
            }
        }
    }

    @Test func garbageIsRefused() {
        var random = NumPyRandomState(seed: 8)
        for round in 0..<20_000 {
            var bytes = (0..<Int(random.uniform() * 200)).map { _ in UInt8(random.uniform() * 256) }
            // Half of the rounds get past the magic and the version, to reach the fields behind.
            if round % 2 == 0 { bytes.insert(contentsOf: Array("ESPALNET".utf8) + [1, 0, 0, 0, 32, 0, 0, 0], at: 0) }
            #expect(throws: NetworkDecodingError.self) {
                try bytes.withUnsafeBytes { try TrainedNetwork(decoding: $0) }
            }
        }
        var absurd = Array("ESPALNET".utf8) + [1, 0, 0, 0, 64, 0, 0, 0, 0, 1, 0, 0]
        absurd += Array(repeating: 255, count: 8) + [2, 0, 0, 0]
        absurd += [255, 255, 255, 255, 0, 0, 0, 0, 255, 255, 255, 255, 0, 0, 0, 0] + Array(repeating: 0, count: 8)
        #expect(throws: NetworkDecodingError.wrongLength(expected: .max, found: absurd.count)) {
            try absurd.withUnsafeBytes { try TrainedNetwork(decoding: $0) }
        }
    }

    @Test(arguments: Task.allCases, Precision.allCases)
    func predictionsAgreeWithTheMetrics(_ task: Task, _ precision: Precision) throws {
        for batchNorm in [false, true] {
            let (outcome, examples) = try trained(task, precision, batchNorm: batchNorm)
            let network = outcome.network
            let outputs = try network.predict(examples)
            let width = network.shape.outputs
            #expect(outputs.count == examples.count * width)
            var (correct, squares) = (0, 0.0)
            for row in 0..<examples.count {
                let target = examples.table[row, 4]
                let output = outputs[(row * width)..<((row + 1) * width)]
                if let predicted = task.predictedClass(output) {
                    correct += predicted == Int(target) ? 1 : 0
                } else {
                    squares += (output[row] - target) * (output[row] - target)
                }
                if task == .multiclass { #expect(abs(output.reduce(0, +) - 1) < 1e-6) }
            }
            if task == .regression {
                let rmse = try #require(outcome.measured.rmse)
                #expect(abs((squares / Double(examples.count)).squareRoot() - rmse) < 1e-6)
            } else {
                #expect(try outcome.measured.accuracy == Double(correct) / Double(examples.count))
            }
            let plain = (0..<examples.count).flatMap { row in (0..<4).map { examples.table[row, $0] } }
            #expect(try network.predict(plain, rows: examples.count) == outputs)
            for row in [0, 255, 256, 599] {
                let alone = try network.predict(Array(plain[(row * 4)..<(row * 4 + 4)]), rows: 1)
                for (a, b) in zip(alone, outputs[(row * width)...]) { #expect(abs(a - b) < 1e-6) }
            }
        }
    }

    @Test func inputsOfAnotherWidthAreRefused() throws {
        let (outcome, examples) = try trained(.binary)
        var narrow = examples
        narrow.inputs.removeLast()
        #expect(throws: PredictionError.inputCount(expected: 4, found: 3)) { try outcome.network.predict(narrow) }
        #expect(throws: PredictionError.valueCount(rows: 2, inputs: 4, found: 7)) {
            try outcome.network.predict(Array(repeating: 0, count: 7), rows: 2)
        }
        #expect(throws: PredictionError.self) { try outcome.network.predict([], rows: -1) }
        #expect(try outcome.network.predict([], rows: 0) == [])
    }

    @Test func aNetworkGoesOnFromItsOwnLayers() throws {
        let (outcome, examples) = try trained(.multiclass, .float64, batchNorm: true)
        var network = NetworkSpecification(
            inputs: 4, hiddenLayers: [7, 5].map { .init(units: $0, activation: .leakyReLU) }, outputs: 3,
            task: .multiclass, batchNorm: true)
        network.initialLayers = outcome.network.layers
        var training = TrainingSpecification()
        training.epochs = 1
        training.precision = .float64
        let further = try Training.run(
            network, training, on: DataSets(train: examples), monitor: TrainingMonitor(epochs: 1))
        #expect(further.history[0].train == outcome.train)
    }

    @Test func featuresAreEncodedAsDescribed() throws {
        // Columns: a number, a category, a number that may be missing.
        let cells: [[Double]] = [[3, 0, 5], [7, 2, .nan], [1, .nan, 4]]
        var set = RandomProblem.make(cells, [0, 0, 0], task: .regression)
        set.inputs = [
            InputFeature(column: 0, mean: 1, standardDeviation: 2),
            InputFeature(column: 1, category: 2),
            InputFeature(column: 2, mean: 1, missingValue: 9),
        ]
        // One unit per input shows the encoded inputs one after the other.
        let unit = { (weights: [Double]) in
            try #require(
                TrainedNetwork(
                    shape: .init(inputs: 3, hiddenLayers: [], outputs: 1, task: .regression, batchNorm: false),
                    parameters: .float64(NumberBlock(weights + [0])), runningStatistics: .float64(NumberBlock([]))))
        }
        #expect(try unit([1, 0, 0]).predict(set) == [1, 3, 0])
        #expect(try unit([0, 1, 0]).predict(set) == [0, 1, 0])
        #expect(try unit([0, 0, 1]).predict(set) == [4, 8, 3])
    }
}
