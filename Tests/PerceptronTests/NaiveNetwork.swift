import Perceptron

#if canImport(Glibc)
    import Glibc
#endif

/// The engine's plain twin: the formulas as one writes them on paper, one number at a time, in float64.
struct NaiveNetwork {
    typealias Matrix = [[Double]]

    let network: NetworkSpecification
    let training: TrainingSpecification
    let x: Matrix
    let y: [Double]
    /// What each example counts; their mean is 1.
    let w: [Double]
    var weights: [Matrix] = []
    var biases: [[Double]] = []
    var gamma: [[Double]] = []
    var beta: [[Double]] = []
    var runningMean: [[Double]] = []
    var runningVariance: [[Double]] = []
    private var optimizers: [String: ScalarOptimizer] = [:]
    private var steps = 0

    /// Starts from the network's initial layers.
    init(
        _ network: NetworkSpecification, _ training: TrainingSpecification, x: Matrix, y: [Double], w: [Double]? = nil
    ) {
        (self.network, self.training, self.x, self.y) = (network, training, x, y)
        self.w = w ?? y.map { _ in 1 }
        var fanIn = network.inputs
        for layer in network.initialLayers ?? [] {
            weights.append(layer.biases.indices.map { Array(layer.weights[($0 * fanIn)..<(($0 + 1) * fanIn)]) })
            biases.append(layer.biases)
            gamma.append(layer.batchNorm?.gamma ?? [])
            beta.append(layer.batchNorm?.beta ?? [])
            runningMean.append(layer.batchNorm?.runningMean ?? [])
            runningVariance.append(layer.batchNorm?.runningVariance ?? [])
            fanIn = layer.biases.count
        }
    }

    var layers: [LayerParameters] {
        weights.indices.map { layer in
            LayerParameters(
                weights: weights[layer].flatMap { $0 }, biases: biases[layer],
                batchNorm: gamma[layer].isEmpty
                    ? nil
                    : .init(
                        gamma: gamma[layer], beta: beta[layer], runningMean: runningMean[layer],
                        runningVariance: runningVariance[layer]))
        }
    }

    /// All epochs; answers the mean training-mode cost of each.
    mutating func train() -> [Double] {
        (0..<training.epochs).map { epoch in
            let size = if case .count(let count) = training.batchSize { min(count, x.count) } else { x.count }
            var order = (0..<Int32(x.count)).map { $0 }
            if training.shuffle, size < x.count {
                order = Philox(seed: training.seed, purpose: .shuffle).permutation(x.count, major: UInt32(epoch))
            }
            var costs: [Double] = []
            for first in stride(from: 0, to: x.count, by: size) {
                costs.append(step(order[first..<min(first + size, x.count)].map { Int($0) }))
            }
            return costs.reduce(0, +) / Double(costs.count)
        }
    }

    var penalty: Double {
        let all = weights.joined().joined()
        let squares = all.map { $0 * $0 }.reduce(0, +)
        let magnitudes = all.map { abs($0) }.reduce(0, +)
        return (training.l2Lambda * squares + training.l1Lambda * magnitudes) / Double(2 * x.count)
    }

    /// Mean weighted loss in inference mode.
    func loss() -> Double {
        let total = x.indices.map { example in
            var a = x[example]
            for layer in weights.indices {
                var z = linear(layer, a)
                if !gamma[layer].isEmpty {
                    z = z.indices.map { unit in
                        let deviation = (runningVariance[layer][unit] + 1e-5).squareRoot()
                        return gamma[layer][unit] * (z[unit] - runningMean[layer][unit]) / deviation + beta[layer][unit]
                    }
                }
                a = layer == weights.count - 1 ? z : z.map { g(layer, $0) }
            }
            return w[example] * outputLoss(a, y[example]).loss
        }
        return total.reduce(0, +) / Double(x.count)
    }

    private func linear(_ layer: Int, _ a: [Double]) -> [Double] {
        weights[layer].indices.map { unit in
            zip(weights[layer][unit], a).map { $0 * $1 }.reduce(0, +) + biases[layer][unit]
        }
    }

    private func g(_ layer: Int, _ z: Double) -> Double {
        switch network.hiddenLayers[layer].activation {
        case .relu: max(z, 0)
        case .leakyReLU: z > 0 ? z : 0.01 * z
        case .tanh: tanh(z)
        case .sigmoid: 1 / (1 + exp(-z))
        case .identity: z
        }
    }

    private func derivative(_ layer: Int, _ z: Double) -> Double {
        let a = g(layer, z)
        return switch network.hiddenLayers[layer].activation {
        case .relu: z > 0 ? 1 : 0
        case .leakyReLU: z > 0 ? 1 : 0.01
        case .tanh: 1 - a * a
        case .sigmoid: a * (1 - a)
        case .identity: 1
        }
    }

    /// Loss of one example and its derivative with respect to the logits.
    private func outputLoss(_ z: [Double], _ y: Double) -> (loss: Double, delta: [Double]) {
        switch network.task {
        case .regression: return ((z[0] - y) * (z[0] - y), [2 * (z[0] - y)])
        case .binary:
            let p = 1 / (1 + exp(-z[0]))
            // −y log p − (1 − y) log(1 − p), where 1 − p would lose the digits of a confident answer.
            return (y * log1p(exp(-z[0])) + (1 - y) * log1p(exp(z[0])), [p - y])
        case .multiclass:
            let sum = z.map { exp($0) }.reduce(0, +)
            let p = z.map { exp($0) / sum }
            return (-log(p[Int(y)]), p.indices.map { p[$0] - ($0 == Int(y) ? 1 : 0) })
        }
    }

    /// 1 / keepProb or 0, by the documented counters.
    private func dropFactor(layer: Int, row: Int, unit: Int, units: Int, keepProb: Double) -> Double {
        if keepProb == 1 { return 1 }
        let step = training.dropoutMask == .fixed ? 0 : steps
        let number = documentedMaskNumber(
            seed: training.dropoutSeed, step: UInt32(step), layer: UInt32(layer), row: row, unit: unit, units: units)
        return Double(number) < keepProb * 4_294_967_296 ? 1 / keepProb : 0
    }

    /// One update on the examples `rows`; answers the cost before it.
    private mutating func step(_ rows: [Int]) -> Double {
        let m = Double(rows.count)
        let last = weights.count - 1
        var a: [Matrix] = [
            rows.indices.map { row in
                (0..<network.inputs).map { input in
                    x[rows[row]][input]
                        * dropFactor(
                            layer: 0, row: row, unit: input, units: network.inputs, keepProb: network.inputKeepProb)
                }
            }
        ]
        var preActivations: [Matrix] = []
        var normalised: [Matrix] = []
        var deviations: [[Double]] = []
        for layer in weights.indices {
            var z = a[layer].map { linear(layer, $0) }
            normalised.append(z)
            deviations.append([])
            if !gamma[layer].isEmpty {
                for unit in z[0].indices {
                    let mean = z.map { $0[unit] }.reduce(0, +) / m
                    let variance = z.map { ($0[unit] - mean) * ($0[unit] - mean) }.reduce(0, +) / m
                    let deviation = (variance + 1e-5).squareRoot()
                    deviations[layer].append(deviation)
                    runningMean[layer][unit] = 0.9 * runningMean[layer][unit] + 0.1 * mean
                    runningVariance[layer][unit] = 0.9 * runningVariance[layer][unit] + 0.1 * variance
                    for row in z.indices {
                        normalised[layer][row][unit] = (z[row][unit] - mean) / deviation
                        z[row][unit] = gamma[layer][unit] * normalised[layer][row][unit] + beta[layer][unit]
                    }
                }
            }
            preActivations.append(z)
            if layer == last { break }
            a.append(
                z.indices.map { row in
                    z[row].indices.map { unit in
                        g(layer, z[row][unit])
                            * dropFactor(
                                layer: layer + 1, row: row, unit: unit, units: z[row].count,
                                keepProb: network.hiddenLayers[layer].keepProb)
                    }
                })
        }
        let results = rows.indices.map { row in
            let (loss, delta) = outputLoss(preActivations[last][row], y[rows[row]])
            return (loss: w[rows[row]] * loss, delta: delta.map { w[rows[row]] * $0 })
        }
        let cost = results.map(\.loss).reduce(0, +) / m + penalty

        var gradients: [(String, Int, Int, Int, Double)] = []
        var delta = results.map { $0.delta.map { $0 / m } }
        for layer in weights.indices.reversed() {
            if layer < last {
                delta = rows.indices.map { row in
                    preActivations[layer][row].indices.map { unit in
                        let factor = dropFactor(
                            layer: layer + 1, row: row, unit: unit, units: preActivations[layer][row].count,
                            keepProb: network.hiddenLayers[layer].keepProb)
                        let sum = weights[layer + 1].indices.map { weights[layer + 1][$0][unit] * delta[row][$0] }
                        return sum.reduce(0, +) * factor * derivative(layer, preActivations[layer][row][unit])
                    }
                }
            }
            if !gamma[layer].isEmpty {
                for unit in gamma[layer].indices {
                    let sum = delta.map { $0[unit] }.reduce(0, +)
                    let product = delta.indices.map { delta[$0][unit] * normalised[layer][$0][unit] }.reduce(0, +)
                    gradients.append(("gamma", layer, unit, 0, product))
                    gradients.append(("beta", layer, unit, 0, sum))
                    for row in delta.indices {
                        delta[row][unit] =
                            gamma[layer][unit] / deviations[layer][unit]
                            * (delta[row][unit] - sum / m - normalised[layer][row][unit] * product / m)
                    }
                }
            }
            for unit in weights[layer].indices {
                for input in weights[layer][unit].indices {
                    let w = weights[layer][unit][input]
                    let sum = rows.indices.map { delta[$0][unit] * a[layer][$0][input] }.reduce(0, +)
                    let sign: Double = w > 0 ? 1 : w < 0 ? -1 : 0
                    let l2 = training.optimizer.name == .adamw ? 0 : training.l2Lambda
                    let pull = (l2 * w + training.l1Lambda / 2 * sign) / Double(x.count)
                    gradients.append(("weights", layer, unit, input, sum + pull))
                }
                if gamma[layer].isEmpty {
                    gradients.append(("biases", layer, unit, 0, delta.map { $0[unit] }.reduce(0, +)))
                }
            }
        }
        let norm = gradients.map { $0.4 * $0.4 }.reduce(0, +).squareRoot()
        let scale = training.clipNorm.map { norm > $0 ? $0 / norm : 1 } ?? 1
        for (kind, layer, row, column, value) in gradients {
            let key = "\(kind) \(layer) \(row) \(column)"
            var optimizer =
                optimizers[key]
                ?? ScalarOptimizer(
                    training.optimizer, isWeight: kind == "weights", decay: training.l2Lambda / Double(x.count))
            let (move, rate) = (value * scale, training.learningRate)
            switch kind {
            case "gamma": optimizer.update(&gamma[layer][row], move, rate: rate)
            case "beta": optimizer.update(&beta[layer][row], move, rate: rate)
            case "biases": optimizer.update(&biases[layer][row], move, rate: rate)
            default: optimizer.update(&weights[layer][row][column], move, rate: rate)
            }
            optimizers[key] = optimizer
        }
        steps += 1
        return cost
    }
}

/// Every update rule for one number.
struct ScalarOptimizer {
    let rule: OptimizerSpecification
    let isWeight: Bool
    /// λ₂/m, which AdamW decays by beside its own.
    let l2Decay: Double
    var (m, v, t) = (0.0, 0.0, 0.0)

    init(_ rule: OptimizerSpecification, isWeight: Bool, decay: Double = 0) {
        (self.rule, self.isWeight, l2Decay) = (rule, isWeight, decay)
    }

    mutating func update(_ w: inout Double, _ g: Double, rate: Double) {
        t += 1
        switch rule {
        case .sgd: w -= rate * g
        case .momentum(let beta):
            m = beta * m + (1 - beta) * g
            w -= rate * m
        case .rmsprop(let rho, let epsilon):
            v = rho * v + (1 - rho) * g * g
            w -= rate * g / (v.squareRoot() + epsilon)
        case .adam(let beta1, let beta2, let epsilon), .adamw(let beta1, let beta2, let epsilon, _):
            m = beta1 * m + (1 - beta1) * g
            v = beta2 * v + (1 - beta2) * g * g
            var decay = 0.0
            if case .adamw(_, _, _, let weightDecay) = rule, isWeight { decay = (weightDecay + l2Decay) * w }
            w -= rate * (m / (1 - pow(beta1, t)) / ((v / (1 - pow(beta2, t))).squareRoot() + epsilon) + decay)
        }
    }
}

/// The 32-bit number that keeps `unit` of `row` where it is below keep_prob · 2³².
func documentedMaskNumber(seed: UInt64, step: UInt32, layer: UInt32, row: Int, unit: Int, units: Int) -> UInt32 {
    let block = UInt32(truncatingIfNeeded: row / 2 * ((units + 3) / 4) + unit / 4)
    let halves = [Philox.Purpose.dropout, .dropoutTies].map { purpose in
        let words = Philox(seed: seed, purpose: purpose).words(block: block, major: step, minor: layer)
        return words[unit % 4] >> (row % 2 == 0 ? 0 : 16) & 0xFFFF
    }
    return halves[0] << 16 | halves[1]
}
