import Foundation
import Perceptron
import Testing

/// Each illness raises its own alarm, and health none, over ten seeds.
@Suite struct HealthAlarmTests {
    private func alarms(
        _ network: NetworkSpecification, _ sets: DataSets, seed: Int,
        _ change: (inout TrainingSpecification) -> Void = { _ in }
    ) throws -> [HealthAlarm] {
        var training = TrainingSpecification()
        training.seed = UInt64(seed)
        training.epochs = 30
        training.batchSize = .count(32)
        change(&training)
        return try Training.run(
            network, training, on: sets, monitor: TrainingMonitor(epochs: training.epochs)
        ).alarms
    }

    private func kinds(_ alarms: [HealthAlarm]) -> Set<HealthAlarm.Kind> { Set(alarms.map(\.kind)) }

    /// Rates at which each optimizer trains these problems well.
    static let rules: [(OptimizerSpecification, Double)] = [
        (.sgd, 0.02), (.momentum(beta: 0.9), 0.05), (.rmsprop(rho: 0.9, epsilon: 1e-8), 0.001),
        (.adam(beta1: 0.9, beta2: 0.999, epsilon: 1e-8), 0.003),
        (.adamw(beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.01), 0.01),
    ]

    @Test(arguments: 0..<10) func healthRaisesNothing(_ seed: Int) throws {
        for kind in HealthProblem.Kind.allCases {
            let sets = HealthProblem.sets(kind, seed: UInt32(seed))
            for hidden in [[], [5], [20, 3], [64], [12, 12, 12, 12]] {
                for activation in [Activation.relu, .tanh, .sigmoid, .leakyReLU] {
                    for (place, (rule, rate)) in Self.rules.enumerated() {
                        let network = HealthProblem.network(
                            sets, hidden, activation, HealthProblem.task(kind), keepProb: place % 2 == 0 ? 1 : 0.8)
                        let alarms = try alarms(network, sets, seed: seed) {
                            $0.optimizer = rule
                            $0.learningRate = rate / (HealthProblem.task(kind) == .regression && rule == .sgd ? 5 : 1)
                            $0.batchSize = (seed + place) % 2 == 0 ? .full : .count(32)
                            $0.epochs = (seed + place) % 2 == 0 ? 150 : 20
                        }
                        #expect(alarms.isEmpty, "\(kind) \(hidden) \(activation) \(rule)")
                    }
                }
            }
        }
    }

    @Test(arguments: 0..<10) func deepReLUWithHeWeightsIsHealthy(_ seed: Int) throws {
        let sets = HealthProblem.sets(.moons, seed: UInt32(seed))
        let network = HealthProblem.network(sets, Array(repeating: 32, count: 50), .relu, .binary)
        #expect(try alarms(network, sets, seed: seed) { $0.epochs = 3 }.isEmpty)
    }

    @Test(arguments: 0..<10) func theGradientVanishesInDeepSigmoidNetworks(_ seed: Int) throws {
        let sets = HealthProblem.sets(.moons, seed: UInt32(seed))
        let network = HealthProblem.network(sets, Array(repeating: 16, count: 10), .sigmoid, .binary)
        let alarms = try alarms(network, sets, seed: seed)
        #expect(kinds(alarms) == [.vanishingGradients])
        let alarm = try #require(alarms.first)
        #expect(alarm.layer == 1)
        #expect(alarm.value < 1e-4 && alarm.threshold == 1e-4)
    }

    @Test(arguments: 0..<10) func startingWeightsThatLoseOrBlowUpTheSignalAreFound(_ seed: Int) throws {
        let sets = HealthProblem.sets(.moons, seed: UInt32(seed))
        func found(_ depth: Int, _ activation: Activation, _ initializer: Initializer) throws -> [HealthAlarm] {
            var network = HealthProblem.network(sets, Array(repeating: 32, count: depth), activation, .binary)
            network.initializer = initializer
            return try alarms(network, sets, seed: seed) { $0.epochs = 3 }
        }
        #expect(try kinds(found(50, .relu, .xavier)) == [.initializer, .vanishingGradients])
        #expect(try kinds(found(20, .tanh, .normal)) == [.initializer, .explodingGradients])
        #expect(try kinds(found(2, .relu, .zeros)) == [.initializer])
        #expect(try found(15, .relu, .xavier).first?.kind == .initializer)
        for (activation, initializer) in [(Activation.relu, Initializer.xavier), (.tanh, .he), (.relu, .bengio)] {
            #expect(try found(2, activation, initializer).isEmpty)
        }
    }

    @Test(arguments: 0..<10) func deadAndSaturatedUnitsAreFoundInTheirLayer(_ seed: Int) throws {
        let sets = HealthProblem.sets(.circles, seed: UInt32(seed))
        var dead = RandomProblem.network(3, [20, 12], .relu, task: .binary, seed: UInt32(seed))
        for unit in 0..<20 where unit < 19 { dead.initialLayers?[0].biases[unit] = -50 }
        let found = try alarms(dead, sets, seed: seed)
        #expect(kinds(found) == [.deadUnits])
        #expect(found.first?.layer == 1)
        #expect(try #require(found.first).value >= 0.95)

        var flat = RandomProblem.network(3, [20, 12], .tanh, task: .binary, seed: UInt32(seed))
        for unit in 0..<12 { flat.initialLayers?[1].biases[unit] = unit % 2 == 0 ? 40 : -40 }
        let saturated = try alarms(flat, sets, seed: seed)
        #expect(kinds(saturated) == [.saturatedUnits])
        #expect(saturated.map(\.layer) == [2])
    }

    @Test(arguments: 0..<10) func aFewDeadUnitsAreNoIllness(_ seed: Int) throws {
        let sets = HealthProblem.sets(.circles, seed: UInt32(seed))
        var network = RandomProblem.network(3, [20, 12], .relu, task: .binary, seed: UInt32(seed))
        for unit in 0..<4 { network.initialLayers?[0].biases[unit] = -50 }
        #expect(try alarms(network, sets, seed: seed) { $0.learningRate = 0.01 }.isEmpty)
    }

    @Test(arguments: 0..<10) func aCostThatRisesUnderFullBatchDescentIsFound(_ seed: Int) throws {
        let sets = HealthProblem.sets(.plane, seed: UInt32(seed))
        let network = HealthProblem.network(sets, [], .relu, .regression)
        func found(_ rule: OptimizerSpecification, batch: BatchSize = .full, rate: Double = 1.2) throws -> [HealthAlarm]
        {
            try alarms(network, sets, seed: seed) {
                $0.optimizer = rule
                $0.learningRate = rate
                $0.batchSize = batch
                $0.epochs = 30
            }
        }
        let alarm = try #require(found(.sgd).first)
        #expect(alarm.kind == .costRising)
        #expect(alarm.value > (alarm.threshold ?? .infinity))
        #expect(try found(.sgd, rate: 0.3).isEmpty)
        #expect(try !kinds(found(.sgd, batch: .count(50))).contains(.costRising))
        #expect(try !kinds(found(.adam(beta1: 0.9, beta2: 0.999, epsilon: 1e-8))).contains(.costRising))
    }

    @Test(arguments: 0..<10) func stepsThatAreTooLargeOrTooSmallAreFound(_ seed: Int) throws {
        let sets = HealthProblem.sets(.moons, seed: UInt32(seed))
        let network = HealthProblem.network(sets, [32, 16], .tanh, .binary)
        let small = try alarms(network, sets, seed: seed) { ($0.optimizer, $0.learningRate) = (.sgd, 1e-9) }
        #expect(small.map(\.kind) == [.updateRatio])
        #expect(small.first?.layer == nil)
        // A penalty with which each step turns the weights round: W(1 − α λ/m) is next to −W.
        let large = try alarms(network, sets, seed: seed) {
            ($0.optimizer, $0.learningRate, $0.epochs) = (.sgd, 0.01, 300)
            $0.l2Lambda = 1.9998 * Double(sets.train.count) / 0.01
        }
        #expect(large.contains { $0.kind == .updateRatio && $0.value > 0.5 && $0.layer != nil })
    }

    @Test func divergenceIsTheLastAlarm() throws {
        let sets = HealthProblem.sets(.plane, seed: 1)
        let network = HealthProblem.network(sets, [8], .identity, .regression)
        let found = try alarms(network, sets, seed: 1) {
            ($0.optimizer, $0.learningRate, $0.batchSize, $0.epochs) = (.sgd, 0.2, .full, 500)
        }
        let last = try #require(found.last)
        #expect(last.kind == .divergence && last.epoch >= 1 && last.threshold == nil && !last.value.isFinite)
        #expect(kinds(found).contains(.costRising))
    }

    @Test(arguments: 0..<5) func anAlarmIsRaisedOnceALayer(_ seed: Int) throws {
        let sets = HealthProblem.sets(.moons, seed: UInt32(seed))
        let network = HealthProblem.network(sets, Array(repeating: 16, count: 10), .sigmoid, .binary)
        let found = try alarms(network, sets, seed: seed) { $0.epochs = 2000 }
        #expect(Set(found.map(\.identity)).count == found.count)
    }
}
