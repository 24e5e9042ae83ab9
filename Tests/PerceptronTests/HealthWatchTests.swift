import Perceptron
import Testing

/// Watching a run is not taking part in it.
@Suite struct HealthWatchTests {
    private func run(
        _ network: NetworkSpecification, _ sets: DataSets, _ plan: ExecutionPlan? = nil,
        _ change: (inout TrainingSpecification) -> Void
    ) throws -> TrainingOutcome {
        var training = TrainingSpecification()
        training.seed = 3
        training.epochs = 8
        change(&training)
        return try Training.run(
            network, training, on: sets, monitor: TrainingMonitor(epochs: training.epochs), plan: plan)
    }

    @Test(arguments: ExecutionPlan.allCases, Precision.allCases)
    func aWatchedRunHasTheSameBits(_ plan: ExecutionPlan, _ precision: Precision) throws {
        let train = RandomProblem.examples(70, inputs: 9, task: .multiclass)
        let dev = RandomProblem.examples(30, inputs: 9, task: .multiclass, seed: 8)
        for (batchNorm, isFull) in [(false, false), (false, true), (true, false), (true, true)] {
            for rule in OptimizerTests.rules {
                let network = RandomProblem.network(
                    9, [21, 10], .relu, task: .multiclass, keepProb: 0.8, inputKeepProb: 0.9, batchNorm: batchNorm)
                let outcomes = try HealthMonitoring.allCases.map { monitor in
                    try run(network, DataSets(train: train, dev: dev, test: dev), plan) {
                        $0.monitor = monitor
                        $0.precision = precision
                        $0.optimizer = rule
                        $0.batchSize = isFull ? .full : .count(16)
                        $0.l1Lambda = 0.1
                        $0.l2Lambda = 0.2
                        $0.clipNorm = isFull ? 0.5 : nil
                        $0.epochs = 60
                    }
                }
                #expect(outcomes[0].network.encoded() == outcomes[1].network.encoded())
                let plain = outcomes[0].history.map { row -> HistoryRow in
                    var row = row
                    row.layers = []
                    return row
                }
                #expect(plain == outcomes[1].history)
                #expect(outcomes[0].history.contains { !$0.layers.isEmpty })
                #expect(outcomes[1].history.allSatisfy { $0.layers.isEmpty })
                #expect(outcomes[1].alarms.isEmpty)
            }
        }
    }

    @Test func anAlarmInStopOnEndsTheRunWithTheWeightsReached() throws {
        let sets = HealthProblem.sets(.plane, seed: 0)
        let network = HealthProblem.network(sets, [], .relu, .regression)
        func run(_ change: (inout TrainingSpecification) -> Void) throws -> TrainingOutcome {
            try self.run(network, sets) {
                ($0.optimizer, $0.learningRate, $0.batchSize, $0.epochs) = (.sgd, 0.9, .full, 30)
                change(&$0)
            }
        }
        let stopped = try run { $0.stopOn = [.deadUnits, .costRising] }
        #expect(stopped.stopReason == .alarm)
        #expect(stopped.reasonToStop?.kind == .costRising)
        #expect(stopped.reasonToStop == stopped.alarms.last)
        #expect(stopped.epochs > 0 && stopped.epochs < 30)
        #expect(stopped.epochs == stopped.reasonToStop?.epoch)
        #expect(stopped.train != nil)
        let whole = try run { _ in }
        #expect(whole.stopReason == .completed && whole.reasonToStop == nil)
        let short = try run { ($0.epochs, $0.monitor) = (stopped.epochs, .off) }
        #expect(short.network.encoded() == stopped.network.encoded())
    }

    @Test func anAlarmOfTheDataInStopOnEndsTheRunBeforeItsFirstStep() throws {
        let sets = HealthProblem.sets(.moons, seed: 0)
        var network = HealthProblem.network(sets, [8], .relu, .binary)
        network.initializer = .zeros
        let outcome = try run(network, sets) { $0.stopOn = [.initializer] }
        #expect(outcome.stopReason == .alarm)
        #expect(outcome.epochs == 0)
        #expect(outcome.history.map(\.epoch) == [0])
        #expect(outcome.network.layers[0].weights.allSatisfy { $0 == 0 })
    }

    @Test func aDivergedRunStaysDivergedWhateverStopOnSays() throws {
        let sets = HealthProblem.sets(.plane, seed: 1)
        let outcome = try run(HealthProblem.network(sets, [8], .identity, .regression), sets) {
            ($0.optimizer, $0.learningRate, $0.batchSize, $0.epochs) = (.sgd, 30, .full, 500)
            $0.stopOn = [.divergence]
        }
        #expect(outcome.stopReason == .diverged)
        #expect(outcome.alarms.last?.kind == .divergence)
    }

    @Test func theMonitorHearsOfAlarmsAtOnce() throws {
        let sets = HealthProblem.sets(.moons, seed: 0)
        var network = HealthProblem.network(sets, [8], .relu, .binary)
        network.initializer = .zeros
        let monitor = TrainingMonitor(epochs: 1_000_000)
        monitor.observeAlarms { _ in monitor.stop(.cancel) }
        var training = TrainingSpecification()
        training.epochs = 1_000_000
        let outcome = try Training.run(network, training, on: sets, monitor: monitor)
        #expect(outcome.stopReason == .cancelled)
        #expect(monitor.alarms.map(\.kind) == [.initializer])
        #expect(outcome.alarms == monitor.alarms)
    }
}
