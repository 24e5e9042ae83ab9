import Foundation
import Perceptron

/// A training run and its result as `Scripts/make_goldens.py` wrote them.
struct GoldenCase: Decodable {
    struct Hidden: Decodable {
        let units: Int
        let activation: Activation
        let keep_prob: Double
    }

    struct BatchNorm: Decodable {
        let gamma, beta, running_mean, running_variance: [Double]
    }

    struct Layer: Decodable {
        let weights: [[Double]]
        let biases: [Double]
        let batch_norm: BatchNorm?

        var parameters: LayerParameters {
            LayerParameters(
                weights: weights.flatMap { $0 }, biases: biases,
                batchNorm: batch_norm.map {
                    .init(
                        gamma: $0.gamma, beta: $0.beta, runningMean: $0.running_mean,
                        runningVariance: $0.running_variance)
                })
        }
    }

    struct Network: Decodable {
        let inputs: Int
        let hidden_layers: [Hidden]
        let outputs: Int
        let task: Task
        let input_keep_prob: Double
        let batch_norm: Bool
        let initializer: Initializer
        let initial_layers: [Layer]?
    }

    struct Decay: Decodable {
        let kind: LearningRateDecay.Name
        let rate: Double?
        let every: Int?
        let minimum: Double?
    }

    struct Settings: Decodable {
        let epochs: Int
        let batch_size: Int?
        let optimizer: OptimizerSpecification.Name
        let constants: [String: Double]
        let learning_rate: Double
        let decay: Decay?
        let l1_lambda, l2_lambda: Double
        let clip_norm: Double?
        let seed, dropout_seed: UInt64
        let dropout_mask: DropoutMask
        let history_every: Int
        let class_weights: [Double]?
    }

    struct Features: Decodable {
        let mean, std: [Double]
    }

    struct Examples: Decodable {
        let x: [[Double]]
        let y: [Double]
        let sample_weight: [Double]?
    }

    struct Metrics: Decodable {
        let loss, cost: Double
        let accuracy, rmse, r2: Double?
    }

    struct Row: Decodable {
        let epoch: Int
        let step_cost: Double?
        let learning_rate: Double
        let gradient_norm: Double?
        let train: Metrics
        let dev: Metrics
    }

    struct Expected: Decodable {
        let history: [Row]
        let layers: [Layer]
    }

    let network: Network
    let training: Settings
    let features: Features?
    let train: Examples
    let dev: Examples
    let expected: Expected

    /// Where the golden files lie: beside this file.
    static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Golden")

    /// Every training run there is a file for, by name.
    static let names: [String] = {
        let files = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        let others = ["numpy_random_state.json", "augmentation.json"]
        let runs = files.filter { $0.hasSuffix(".json") && !others.contains($0) }
        return runs.map { String($0.dropLast(5)) }.sorted()
    }()

    static func read(_ name: String) throws -> GoldenCase {
        try JSONDecoder().decode(GoldenCase.self, from: Data(contentsOf: folder.appending(path: name + ".json")))
    }

    var networkSpecification: NetworkSpecification {
        NetworkSpecification(
            inputs: network.inputs,
            hiddenLayers: network.hidden_layers.map {
                .init(units: $0.units, activation: $0.activation, keepProb: $0.keep_prob)
            },
            outputs: network.outputs, task: network.task, inputKeepProb: network.input_keep_prob,
            batchNorm: network.batch_norm, initializer: network.initializer,
            initialLayers: network.initial_layers?.map(\.parameters))
    }

    func trainingSpecification(_ precision: Precision) throws -> TrainingSpecification {
        var specification = TrainingSpecification()
        specification.epochs = training.epochs
        specification.batchSize = training.batch_size.map { .count($0) } ?? .full
        specification.shuffle = false
        specification.optimizer = try optimizer
        specification.learningRate = training.learning_rate
        specification.learningRateDecay = try decay
        specification.l1Lambda = training.l1_lambda
        specification.l2Lambda = training.l2_lambda
        specification.clipNorm = training.clip_norm
        specification.seed = training.seed
        specification.precision = precision
        specification.historyEvery = training.history_every
        specification.generator = .numpy
        specification.dropoutSeed = training.dropout_seed
        specification.dropoutMask = training.dropout_mask
        return specification
    }

    /// Both sets in one table, target and weight in the last columns, so that their rows are not simply 0, 1, 2, …
    var sets: DataSets {
        func cells(_ set: Examples) -> [[Double]] {
            set.y.indices.map { row in set.x[row] + [set.y[row], set.sample_weight.map { $0[row] } ?? 1] }
        }
        let rows = cells(dev) + cells(train)
        let table = FeatureTable.make(rows)
        let weights = ExampleWeights(
            column: train.sample_weight == nil ? nil : network.inputs + 1, ofClasses: training.class_weights)
        let examples = { (range: Range<Int>) in
            var set = ExampleSet(
                table: table, rows: range.map { Int32($0) },
                inputs: (0..<network.inputs).map {
                    InputFeature(
                        column: $0, mean: features?.mean[$0] ?? 0, standardDeviation: features?.std[$0] ?? 1)
                },
                targetColumn: network.inputs,
                targetEncoding: network.task == .regression
                    ? .value : .classes(codes: (0..<max(2, network.outputs)).map { Double($0) }),
                weights: weights == ExampleWeights() ? nil : weights)
            set.normaliseWeights()
            return set
        }
        return DataSets(train: examples(dev.y.count..<rows.count), dev: examples(0..<dev.y.count))
    }

    private struct Missing: Error {
        let name: String
    }

    private func constant(_ name: String) throws -> Double {
        guard let value = training.constants[name] else { throw Missing(name: name) }
        return value
    }

    private var optimizer: OptimizerSpecification {
        get throws {
            switch training.optimizer {
            case .sgd: .sgd
            case .momentum: .momentum(beta: try constant("beta"))
            case .rmsprop: .rmsprop(rho: try constant("rho"), epsilon: try constant("epsilon"))
            case .adam:
                .adam(beta1: try constant("beta1"), beta2: try constant("beta2"), epsilon: try constant("epsilon"))
            case .adamw:
                .adamw(
                    beta1: try constant("beta1"), beta2: try constant("beta2"), epsilon: try constant("epsilon"),
                    weightDecay: try constant("weight_decay"))
            }
        }
    }

    private var decay: LearningRateDecay? {
        get throws {
            guard let decay = training.decay else { return nil }
            func number<T>(_ value: T?) throws -> T {
                guard let value else { throw Missing(name: decay.kind.rawValue) }
                return value
            }
            return switch decay.kind {
            case .step: .step(rate: try number(decay.rate), every: try number(decay.every))
            case .exponential: .exponential(rate: try number(decay.rate))
            case .inverseTime: .inverseTime(rate: try number(decay.rate))
            case .cosine: .cosine(minimum: try number(decay.minimum))
            }
        }
    }
}

extension FeatureTable {
    // @unchecked: the cells are written in init and only read afterwards.
    private final class Cells: @unchecked Sendable {
        let base: UnsafeMutablePointer<Double>

        init(_ values: [Double]) {
            base = .allocate(capacity: values.count)
            base.initialize(from: values, count: values.count)
        }

        deinit { base.deallocate() }
    }

    /// A float64 table of `rows`, which are equally long.
    static func make(_ rows: [[Double]]) -> FeatureTable {
        let cells = Cells(rows.flatMap { $0 })
        return FeatureTable(
            base: UnsafeRawPointer(cells.base), element: .float64, rows: rows.count, columns: rows.first?.count ?? 0,
            owner: cells)
    }
}
