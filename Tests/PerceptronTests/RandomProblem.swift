import Perceptron
import Testing

/// Random examples and starting layers for tests of derivatives; the same ones for the same arguments.
enum RandomProblem {
    /// `count` examples with normally distributed inputs; the classes, if any, take turns.
    static func examples(_ count: Int, inputs: Int, task: Task, classes: Int = 3, seed: UInt32 = 1) -> ExampleSet {
        var random = NumPyRandomState(seed: seed)
        let rows = (0..<count).map { row in
            (0..<inputs).map { _ in random.normal() } + [task == .regression ? random.normal() : 0]
        }
        let kinds = task == .binary ? 2 : classes
        let targets = rows.enumerated().map { task == .regression ? $1[inputs] : Double(($0 * 7 + 3) % 5 % kinds) }
        return make(rows.map { Array($0.prefix(inputs)) }, targets, task: task, classes: kinds)
    }

    /// Examples as given.
    static func make(_ x: [[Double]], _ y: [Double], task: Task, classes: Int = 2) -> ExampleSet {
        ExampleSet(
            table: .make(zip(x, y).map { $0 + [$1] }), rows: x.indices.map { Int32($0) },
            inputs: (0..<(x.first?.count ?? 0)).map { InputFeature(column: $0) }, targetColumn: x.first?.count ?? 0,
            targetEncoding: task == .regression ? .value : .classes(codes: (0..<classes).map { Double($0) }))
    }

    /// `examples` with sample weights in a further column, some of them 0, and where `ofClasses` class weights too.
    static func weighted(_ examples: ExampleSet, _ sample: [Double]?, ofClasses: [Double]? = nil) -> ExampleSet {
        var set = examples
        let columns = examples.table.columns
        if let sample {
            set.table = .make(
                (0..<examples.table.rows).map { row in
                    (0..<columns).map { examples.table[row, $0] } + [sample[row]]
                })
        }
        set.weights = ExampleWeights(column: sample == nil ? nil : columns, ofClasses: ofClasses)
        set.normaliseWeights()
        return set
    }

    /// Weights in no order, every fifth of them 0.
    static func sampleWeights(_ count: Int, seed: UInt32 = 9) -> [Double] {
        var random = NumPyRandomState(seed: seed)
        return (0..<count).map { $0 % 5 == 3 ? 0 : 0.1 + 3 * random.uniform() }
    }

    /// A network that starts from random layers, no number of which is 0 or 1.
    static func network(
        _ inputs: Int, _ hidden: [Int], _ activation: Activation, task: Task, classes: Int = 3, keepProb: Double = 1,
        inputKeepProb: Double = 1, batchNorm: Bool = false, seed: UInt32 = 2
    ) -> NetworkSpecification {
        var random = NumPyRandomState(seed: seed)
        let outputs = task == .multiclass ? classes : 1
        var layers: [LayerParameters] = []
        var fanIn = inputs
        for units in hidden + [outputs] {
            let normalised = batchNorm && layers.count < hidden.count
            let weights = (0..<(units * fanIn)).map { _ in random.normal() / Double(fanIn).squareRoot() }
            let numbers = { (scale: Double) in (0..<units).map { _ in scale * random.normal() } }
            layers.append(
                LayerParameters(
                    weights: weights, biases: normalised ? Array(repeating: 0, count: units) : numbers(0.3),
                    batchNorm: normalised
                        ? .init(
                            gamma: numbers(0.2).map { 1 + $0 }, beta: numbers(0.2), runningMean: numbers(0.2),
                            runningVariance: numbers(0.1).map { 1 + abs($0) })
                        : nil))
            fanIn = units
        }
        return NetworkSpecification(
            inputs: inputs,
            hiddenLayers: hidden.map { .init(units: $0, activation: activation, keepProb: keepProb) },
            outputs: outputs, task: task, inputKeepProb: inputKeepProb, batchNorm: batchNorm, initialLayers: layers)
    }
}

extension TrainingOutcome {
    /// The metrics on the training set, which a run that was not cancelled always has.
    var measured: SetMetrics {
        get throws { try #require(train) }
    }
}
