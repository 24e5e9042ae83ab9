import Foundation
import Perceptron
import Testing

/// What is wrong with the data is told before the first step.
@Suite struct DataInspectionTests {
    /// Rows of `inputs` normal numbers with classes that depend on their sum, and what a test spoils of them.
    private func found(
        seed: Int, rows: Int = 500, inputs: Int = 6, task: Task = .binary, isRaw: Bool = false,
        _ spoil: (inout [[Double]], inout [Double]) -> Void = { _, _ in }
    ) throws -> [HealthAlarm] {
        var random = NumPyRandomState(seed: UInt32(seed))
        var x = (0..<rows).map { _ in (0..<inputs).map { _ in random.normal() } }
        var y = x.map { row in
            let sum = row.reduce(0, +) + random.normal()
            return task == .regression ? sum : task == .binary ? (sum > 0 ? 1 : 0) : sum < -1.5 ? 0 : sum < 1.5 ? 1 : 2
        }
        spoil(&x, &y)
        return try alarms(HealthProblem.split(x, y, task: task, classes: 3, isRaw: isRaw), task)
    }

    private func alarms(_ sets: DataSets, _ task: Task) throws -> [HealthAlarm] {
        var training = TrainingSpecification()
        training.epochs = 3
        let outcome = try Training.run(
            HealthProblem.network(sets, [8], .relu, task), training, on: sets, monitor: TrainingMonitor(epochs: 3))
        #expect(outcome.alarms.allSatisfy { $0.epoch == 0 && $0.layer == nil })
        return outcome.alarms
    }

    @Test(arguments: 0..<10, Task.allCases) func soundDataRaisesNothing(_ seed: Int, _ task: Task) throws {
        #expect(try found(seed: seed, task: task).isEmpty)
        #expect(try found(seed: seed, rows: 60, task: task).isEmpty)
        #expect(try found(seed: seed, rows: 3000, inputs: 40, task: task, isRaw: true).isEmpty)
        // Rare values, long tails, and few values, of which rows repeat by nature.
        #expect(
            try found(seed: seed, task: task) { x, _ in
                for row in x.indices {
                    x[row][0] = row % 97 == 0 ? 1 : 0
                    x[row][1] = exp(2 * x[row][1])
                }
            }.isEmpty)
        #expect(
            try found(seed: seed, inputs: 4, task: task) { x, y in
                for row in x.indices {
                    for input in 0..<4 { x[row][input] = x[row][input] > 0 ? 1 : 0 }
                    if task == .regression { y[row] = y[row].rounded() }
                }
            }.isEmpty)
    }

    @Test(arguments: 0..<10) func aFeatureThatIsTheTargetIsFound(_ seed: Int) throws {
        var random = NumPyRandomState(seed: UInt32(seed + 50))
        for task in Task.allCases {
            let alarms = try found(seed: seed, task: task) { x, y in
                for row in x.indices { x[row][3] = 7 - 3 * y[row] + 0.01 * random.normal() }
            }
            #expect(alarms.map(\.kind) == [.targetLeak], "\(task)")
            #expect(alarms.first?.input == 3)
        }
        // Known only of one class: when it happened.
        let dated = try found(seed: seed) { x, y in
            for row in x.indices { x[row][2] = y[row] == 0 ? 0 : 1 + 300 * random.uniform() }
        }
        #expect(dated.map(\.kind) == [.targetLeak])
        #expect(dated.first?.input == 2)
    }

    @Test(arguments: 0..<10) func aColumnOfCategoriesThatIsTheTargetIsFound(_ seed: Int) throws {
        var random = NumPyRandomState(seed: UInt32(seed))
        var x: [[Double]] = []
        var y: [Double] = []
        for row in 0..<300 {
            let label = row % 3 == 0 ? 0 : 1
            x.append([random.normal(), Double(2 * label + row % 2), random.normal()])
            y.append(Double(label))
        }
        var sets = HealthProblem.split(x, y, task: .binary)
        let categories = (0..<4).map {
            InputFeature(column: 1, category: Double($0), mean: 0.25, standardDeviation: 0.4)
        }
        let inputs = [sets.train.inputs[0]] + categories + [sets.train.inputs[2]]
        sets.train.inputs = inputs
        sets.dev?.inputs = inputs
        sets.test?.inputs = inputs
        let found = try alarms(sets, .binary)
        #expect(found.map(\.kind) == [.targetLeak])
        #expect(found.first?.input == 1)
    }

    @Test(arguments: 0..<10) func classesThatLieFarApartAreNoLeak(_ seed: Int) throws {
        let alarms = try found(seed: seed, inputs: 4) { x, y in
            for row in x.indices { for input in 0..<4 { x[row][input] += 100 * y[row] } }
        }
        #expect(alarms.isEmpty)
    }

    @Test(arguments: 0..<10, [2, 6, 40]) func duplicateRowsAreFound(_ seed: Int, _ inputs: Int) throws {
        let alarms = try found(seed: seed, inputs: inputs) { x, y in
            // A fifth of the rows twice, wherever the split puts them.
            for row in 0..<50 {
                x[row * 10 + 7] = x[row * 3]
                y[row * 10 + 7] = y[row * 3]
            }
        }
        #expect(alarms.map(\.kind) == [.duplicateRows])
        let value = try #require(alarms.first?.value)
        #expect(value > 0.02 && value < 0.2)
    }

    @Test(arguments: 0..<10) func setsOfAnotherKindAreFound(_ seed: Int) throws {
        func shifted(_ testRows: Range<Int32>) throws -> [HealthAlarm] {
            var random = NumPyRandomState(seed: UInt32(seed))
            // Rows 300 to 399 have another share of the classes, those from 400 on a feature that is larger.
            let x = (0..<600).map { row in
                (0..<5).map { ($0 == 1 && row >= 400 ? 1.5 : 0) + random.normal() }
            }
            let y = (0..<600).map { row -> Double in
                let isEven = row < 300 || row >= 400
                return isEven ? Double(row % 2) : row % 6 == 0 ? 0 : 1
            }
            var sets = HealthProblem.split(x, y, task: .binary)
            sets.train.rows = Array(0..<200)
            sets.dev?.rows = Array(200..<300)
            sets.test?.rows = Array(testRows)
            return try alarms(sets, .binary)
        }
        let classes = try shifted(300..<400)
        #expect(classes.map(\.kind) == [.shiftedClasses])
        #expect(classes.first?.set == .test)
        let features = try shifted(400..<500)
        #expect(features.map(\.kind) == [.shiftedFeatures])
        #expect(features.first?.input == 1)
        #expect(features.first?.set == .test)
        #expect(try abs(#require(features.first).value - 1.25) < 0.4)
    }

    @Test(arguments: 0..<10) func inputsOfDifferentSizesAreFoundUnlessNormalised(_ seed: Int) throws {
        for isRaw in [true, false] {
            let alarms = try found(seed: seed, isRaw: isRaw) { x, _ in
                for row in x.indices { x[row][4] *= 5000 }
            }
            #expect(alarms.filter { $0.epoch == 0 }.map(\.kind) == (isRaw ? [.inputScale] : []))
            if isRaw { #expect(alarms.first?.input == 4) }
        }
        // Pixels from 0 to 1, many of them nearly always 0.
        let pixels = try found(seed: seed, inputs: 64, isRaw: true) { x, _ in
            for row in x.indices {
                for input in 0..<64 { x[row][input] = max(0, min(1, x[row][input] - Double(abs(input - 32)) / 16)) }
            }
        }
        #expect(pixels.isEmpty)
    }
}
