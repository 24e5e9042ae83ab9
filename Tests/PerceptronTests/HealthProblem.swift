import Foundation
import Perceptron

/// Data sets and networks for tests of alarms; the same ones for the same seed.
enum HealthProblem {
    /// What there is to learn.
    enum Kind: CaseIterable {
        case moons, circles, blobs, wave, plane
    }

    /// Examples of `kind`, split by 3 : 1 : 1.
    static func sets(_ kind: Kind, seed: UInt32, rows: Int = 500) -> DataSets {
        var random = NumPyRandomState(seed: 1000 + seed)
        var x: [[Double]] = []
        var y: [Double] = []
        for row in 0..<rows {
            let noise = { (size: Double) in size * random.normal() }
            switch kind {
            case .moons:
                let angle = Double.pi * random.uniform()
                let label = row % 2
                x.append(
                    label == 0
                        ? [cos(angle) + noise(0.2), sin(angle) + noise(0.2)]
                        : [1 - cos(angle) + noise(0.2), 0.5 - sin(angle) + noise(0.2)])
                y.append(Double(label))
            case .circles:
                let angle = 2 * Double.pi * random.uniform()
                let label = row % 2
                let radius = (label == 0 ? 1 : 2) + noise(0.2)
                x.append([radius * cos(angle), radius * sin(angle), noise(1)])
                y.append(Double(label))
            case .blobs:
                let label = row % 3
                x.append((0..<8).map { ($0 % 3 == label ? 1.5 : 0) + noise(1) })
                y.append(Double(label))
            case .wave:
                let inputs = [noise(1), noise(1)]
                x.append(inputs)
                y.append(sin(2 * inputs[0]) + 0.5 * inputs[1] + noise(0.1))
            case .plane:
                let inputs = (0..<12).map { _ in noise(1) }
                x.append(inputs)
                y.append(inputs.enumerated().reduce(noise(0.5)) { $0 + Double($1.offset % 4 - 2) * $1.element })
            }
        }
        return split(x, y, task: task(kind), classes: 3)
    }

    static func task(_ kind: Kind) -> Task {
        switch kind {
        case .moons, .circles: .binary
        case .blobs: .multiclass
        case .wave, .plane: .regression
        }
    }

    /// Rows dealt into sets of 3 : 1 : 1 in turns, inputs normalised by the training rows unless `isRaw`.
    static func split(
        _ x: [[Double]], _ y: [Double], task: Task, classes: Int = 2, isRaw: Bool = false
    ) -> DataSets {
        // Not in step with the classes' turns.
        let places = x.indices.map { ($0 * 7 / 3) % 5 }
        func rows(_ wanted: Set<Int>) -> [Int32] { x.indices.filter { wanted.contains(places[$0]) }.map { Int32($0) } }
        let train = rows([0, 1, 2])
        let all = RandomProblem.make(x, y, task: task, classes: task == .binary ? 2 : classes)
        var inputs = all.inputs
        for index in inputs.indices where !isRaw {
            let values = train.map { x[Int($0)][index] }
            let mean = values.reduce(0, +) / Double(values.count)
            let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)
            inputs[index].mean = mean
            inputs[index].standardDeviation = variance > 0 ? variance.squareRoot() : 1
        }
        func set(_ rows: [Int32]) -> ExampleSet {
            var set = all
            set.rows = rows
            set.inputs = inputs
            return set
        }
        return DataSets(train: set(train), dev: set(rows([3])), test: set(rows([4])))
    }

    static func network(
        _ sets: DataSets, _ hidden: [Int], _ activation: Activation, _ task: Task, keepProb: Double = 1
    ) -> NetworkSpecification {
        NetworkSpecification(
            inputs: sets.train.inputs.count,
            hiddenLayers: hidden.map { .init(units: $0, activation: activation, keepProb: keepProb) },
            outputs: task == .multiclass ? 3 : 1, task: task)
    }
}
