import Perceptron
import Testing

/// What a run is estimated to take, by sizes alone.
struct TrainingTimeTests {
    private let machine = MachineSpeed(factor: 1, instructionSet: .avx512, processors: 4)

    private func size(
        _ inputs: Int, _ hidden: [Int], rows: Int = 1_000, _ change: (inout TrainingSpecification) -> Void = { _ in }
    ) -> RunSize {
        var training = TrainingSpecification()
        change(&training)
        let network = NetworkSpecification(
            inputs: inputs, hiddenLayers: hidden.map { .init(units: $0) }, outputs: 3, task: .multiclass)
        return RunSize(network: network, training: training, trainRows: rows, devRows: rows / 4)
    }

    private func time(_ size: RunSize) -> TrainingTime { TrainingTime(size, on: machine) }

    @Test(arguments: [[], [16], [512, 256]]) func trainingIsSoManyEpochs(hidden: [Int]) {
        let one = time(size(20, hidden) { $0.epochs = 1 })
        let many = time(size(20, hidden) { $0.epochs = 1_000 })
        #expect(one.perEpoch == many.perEpoch)
        #expect(abs(many.training / one.training - 1_000) < 1e-6)
        #expect(one.total == one.training + one.measuring)
    }

    @Test func aWideNetworkGainsByThreadsAsManyAsThereAreProcessors() {
        let one = time(size(784, [1024, 1024]))
        for (threads, gain) in [(2, 2.0), (4, 4.0), (64, 4.0)] {
            let several = time(size(784, [1024, 1024]) { $0.threads = threads })
            #expect(abs(one.perEpoch / several.perEpoch - gain) < 1e-9)
        }
        #expect(time(size(8, [8])).perEpoch == time(size(8, [8]) { $0.threads = 4 }).perEpoch)
    }

    @Test func aTimeLimitIsTheMostThatARunTakes() {
        let unlimited = time(size(50, [64]) { $0.epochs = 1_000_000 })
        let limited = time(
            size(50, [64]) {
                $0.epochs = 1_000_000
                $0.timeLimitSeconds = 3
            })
        #expect(unlimited.total > 3)
        #expect(abs(limited.total - 3) < 1e-9)
        #expect(limited.perEpoch == unlimited.perEpoch)
    }

    @Test func earlyStoppingMeasuresEveryEpoch() {
        let seldom = time(
            size(50, [64]) {
                $0.epochs = 1_000
                $0.historyEvery = 100
            })
        let often = time(
            size(50, [64]) {
                $0.epochs = 1_000
                $0.historyEvery = 100
                $0.earlyStopping = EarlyStopping()
            })
        #expect(often.measuring > 2 * seldom.measuring)
    }

    @Test func whatIsBeyondCountingSaturates() {
        let huge = size(Int(Int32.max), Array(repeating: 1_000_000, count: 1_000), rows: Int(Int32.max)) {
            $0.epochs = 10_000_000
            $0.batchSize = .full
        }
        #expect(time(huge).total.isFinite)
        #expect(TrainingMemory(huge).total > 1 << 50)
        var endless = huge
        endless.network.inputs = .max
        #expect(TrainingMemory(endless).total == .max)
    }

    @Test func parametersBeyondCountingAreTheMostThereCanBe() {
        var network = size(3, [2]).network
        #expect(network.parameterCount == 3 * 2 + 2 + 2 * 3 + 3)
        network.inputs = 1 << 40
        network.hiddenLayers = [.init(units: 1 << 40)]
        #expect(network.parameterCount == .max)
        network.hiddenLayers = Array(repeating: .init(units: 1 << 31), count: 5)
        network.inputs = 1
        #expect(network.parameterCount == .max)
    }

    @Test func thisMachineIsMeasuredOnce() throws {
        let first = try MachineSpeed.measured()
        let second = try MachineSpeed.measured()
        for plan in ExecutionPlan.allCases {
            #expect(first.factor(plan) > 0)
            #expect(first.factor(plan) == second.factor(plan))
        }
    }
}
