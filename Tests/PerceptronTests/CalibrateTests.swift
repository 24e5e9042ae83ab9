import Foundation
import Perceptron
import Testing

@Suite struct CalibrateTests {
    func show(_ name: String, _ network: NetworkSpecification, _ sets: DataSets, _ change: (inout TrainingSpecification) -> Void) throws {
        var lines: [String: Int] = [:]
        for seed in 0..<10 {
            var training = TrainingSpecification()
            training.seed = UInt64(seed)
            training.epochs = 40
            training.batchSize = .count(32)
            change(&training)
            let o = try Training.run(network, training, on: sets, monitor: TrainingMonitor(epochs: training.epochs))
            for alarm in o.alarms { lines["\(alarm.kind) L\(alarm.layer ?? 0) E\(alarm.epoch)", default: 0] += 1 }
            if seed == 0 {
                for a in o.alarms.prefix(4) { print(name, a.kind, a.layer ?? 0, a.epoch, a.value, a.threshold ?? 0) }
                if let l = o.history.first?.layers { print("   ratio", l[0].gradientNorm / l.last!.gradientNorm, l[0].gradientNorm, "sat", l.map { $0.saturatedShare ?? -1 }.prefix(5)) }
            }
        }
        print("==", name, lines.sorted { $0.key < $1.key }.map { "\($0.key):\($0.value)" })
    }

    @Test(.disabled(if: ProcessInfo.processInfo.environment["COSTONLY"] != nil)) func ill() throws {
        let sets = HealthProblem.sets(.moons, seed: 0)
        for depth in [4, 6, 8, 10, 20] {
            try show("sigmoid \(depth)", HealthProblem.network(sets, Array(repeating: 16, count: depth), .sigmoid, .binary), sets) { _ in }
        }
        for depth in [10, 20, 50] {
            for initializer in [Initializer.auto, .xavier, .he, .normal, .bengio, .glorot] {
                for activation in [Activation.relu, .tanh] {
                    var network = HealthProblem.network(sets, Array(repeating: 32, count: depth), activation, .binary)
                    network.initializer = initializer
                    try show("\(activation) \(depth) \(initializer)", network, sets) { $0.epochs = 5 }
                }
            }
        }
        for rate in [0.03, 0.1, 1, 10, 100] {
            try show("adam \(rate)", HealthProblem.network(sets, [32, 16], .relu, .binary), sets) { $0.learningRate = rate }
            try show("sgd \(rate)", HealthProblem.network(sets, [32, 16], .relu, .binary), sets) { ($0.optimizer, $0.learningRate) = (.sgd, rate) }
            try show("sgd full \(rate)", HealthProblem.network(sets, [32, 16], .relu, .binary), sets) { ($0.optimizer, $0.learningRate, $0.batchSize, $0.epochs) = (.sgd, rate, .full, 200) }
            try show("tanh sgd \(rate)", HealthProblem.network(sets, [32, 16], .tanh, .binary), sets) { ($0.optimizer, $0.learningRate) = (.sgd, rate) }
        }
        try show("sgd 1e-9", HealthProblem.network(sets, [32, 16], .relu, .binary), sets) { ($0.optimizer, $0.learningRate) = (.sgd, 1e-9) }
        try show("sgd 1e-6", HealthProblem.network(sets, [32, 16], .relu, .binary), sets) { ($0.optimizer, $0.learningRate) = (.sgd, 1e-6) }
        var zero = HealthProblem.network(sets, [32, 16], .relu, .binary)
        zero.initializer = .zeros
        try show("zeros", zero, sets) { _ in }
        var wide = NetworkSpecification(inputs: 2, hiddenLayers: [.init(units: 256, activation: .tanh), .init(units: 256, activation: .tanh)], outputs: 1, task: .binary)
        wide.initializer = .normal
        try show("normal wide tanh", wide, sets) { _ in }
    }

    @Test func ratios() throws {
        var all: [(Double, String)] = []
        for kind in HealthProblem.Kind.allCases {
            let sets = HealthProblem.sets(kind, seed: 0)
            for hidden in [[20, 3], [32, 16], [64], [12, 12, 12, 12], [5], [256]] {
                for activation in [Activation.relu, .tanh, .sigmoid] {
                    for (rule, rate) in [(OptimizerSpecification.sgd, 0.1), (.momentum(beta: 0.9), 0.1), (.rmsprop(rho: 0.9, epsilon: 1e-8), 0.001), (.rmsprop(rho: 0.9, epsilon: 1e-8), 0.01), (.adam(beta1: 0.9, beta2: 0.999, epsilon: 1e-8), 0.001), (.adam(beta1: 0.9, beta2: 0.999, epsilon: 1e-8), 0.01), (.adam(beta1: 0.9, beta2: 0.999, epsilon: 1e-8), 0.1), (.adam(beta1: 0.9, beta2: 0.999, epsilon: 1e-8), 1), (.adam(beta1: 0.9, beta2: 0.999, epsilon: 1e-8), 100)] {
                        for lambda in [0.0, 30] {
                        var training = TrainingSpecification()
                        training.epochs = 20
                        training.l2Lambda = lambda
                        training.optimizer = rule
                        training.learningRate = rate
                        let o = try Training.run(HealthProblem.network(sets, hidden, activation, HealthProblem.task(kind)), training, on: sets, monitor: TrainingMonitor(epochs: 20))
                        for row in o.history { for (l, s) in row.layers.enumerated() { if let r = s.updateRatio { all.append((r, "\(kind) \(hidden) \(activation) \(rule.name) \(rate) l2 \(lambda) layer \(l+1) epoch \(row.epoch)")) } } }
                        }
                    }
                }
            }
        }
        for wanted in [("sgd 0.1"), ("momentum 0.1"), "rmsprop 0.001", "rmsprop 0.01", "adam 0.001", "adam 0.01", "adam 0.1", "adam 1.0", "adam 100.0"] {
            for l in ["l2 0", "l2 30"] {
            let s = all.filter { $0.1.contains(wanted + " ") && $0.1.contains(l) }.sorted { $0.0 > $1.0 }
            print("RATIO", wanted, l, s.count, s.prefix(2), "median", s.isEmpty ? 0 : s[s.count / 2].0)
            }
        }
    }

    @Test func cost() throws {
        func measure(_ name: String, inputs: Int, _ hidden: [Int], classes: Int, rows: Int, dev: Int, batch: BatchSize, epochs: Int, repeats: Int, rate: Double? = nil) throws {
            let task: Task = classes == 2 ? .binary : .multiclass
            let train = RandomProblem.examples(rows, inputs: inputs, task: task, classes: classes)
            let held = dev > 0 ? RandomProblem.examples(dev, inputs: inputs, task: task, classes: classes, seed: 9) : nil
            let network = NetworkSpecification(inputs: inputs, hiddenLayers: hidden.map { .init(units: $0) }, outputs: classes == 2 ? 1 : classes, task: task)
            var best: [HealthMonitoring: Double] = [.on: 1e9, .off: 1e9]
            var probes = 0
            for _ in 0..<repeats {
                for monitor in HealthMonitoring.allCases {
                    var training = TrainingSpecification()
                    training.epochs = epochs
                    training.batchSize = batch
                    training.monitor = monitor
                    training.historyEvery = max(1, epochs / 500)
                    if let rate { (training.optimizer, training.learningRate) = (.sgd, rate) }
                    let start = ContinuousClock.now
                    let o = try Training.run(network, training, on: DataSets(train: train, dev: held), monitor: TrainingMonitor(epochs: epochs))
                    let t = (ContinuousClock.now - start) / .seconds(1)
                    best[monitor] = min(best[monitor]!, t)
                    probes = max(probes, o.history.count { !$0.layers.isEmpty })
                }
            }
            print("COST", name, "on", best[.on]! * 1e6, "off", best[.off]! * 1e6, "ratio", best[.on]! / best[.off]!, "us", (best[.on]! - best[.off]!) * 1e6, "probes", probes)
        }
        if let only = ProcessInfo.processInfo.environment["ONLY"] {
            if only == "tiny" { try measure("4-16-3", inputs: 4, [16], classes: 3, rows: 90, dev: 30, batch: .count(64), epochs: 5, repeats: 10000) }
            else { try measure("64-32-16-1 short", inputs: 64, [32, 16], classes: 2, rows: 3200, dev: 400, batch: .count(32), epochs: 2, repeats: 500) }
            return
        }
        try measure("2-20-3-1 full 30000", inputs: 2, [20, 3], classes: 2, rows: 211, dev: 0, batch: .full, epochs: 30000, repeats: 10, rate: 0.3)
        try measure("784-512-512-10", inputs: 784, [512, 512], classes: 10, rows: 10000, dev: 0, batch: .count(128), epochs: 1, repeats: 6)
        try measure("64-32-16-1", inputs: 64, [32, 16], classes: 2, rows: 3200, dev: 0, batch: .count(32), epochs: 50, repeats: 6)
        try measure("64-32-16-1 short", inputs: 64, [32, 16], classes: 2, rows: 3200, dev: 400, batch: .count(32), epochs: 2, repeats: 30)
        try measure("4-16-3", inputs: 4, [16], classes: 3, rows: 90, dev: 30, batch: .count(64), epochs: 200, repeats: 300)
        try measure("64-32-16-1 held", inputs: 64, [32, 16], classes: 2, rows: 3200, dev: 400, batch: .count(32), epochs: 2, repeats: 30)
        try measure("4-16-3 5 epochs", inputs: 4, [16], classes: 3, rows: 90, dev: 30, batch: .count(64), epochs: 5, repeats: 300)
        try measure("12-32-16-1 300 rows", inputs: 12, [32, 16], classes: 2, rows: 300, dev: 100, batch: .count(64), epochs: 200, repeats: 30)
    }
}
