/// What the parts of a run cost, in nanoseconds on the machine that the constants were fitted on: some 180 jobs of all
/// shapes in float32 with the widest vectors. How much slower or faster a machine is, `MachineSpeed` measures.
struct TrainingCost {
    /// A multiply-add of a product.
    let product: Double
    /// A unit's activation, its derivative and its dropout, of one example.
    let unit: Double
    let transcendental: Double
    let dropout: Double
    let batchNorm: Double
    /// An output of one example, if there are several.
    let output: Double
    /// An input of one example: read, and where it is not kept encoded made from its cell.
    let input: Double
    let encoding: Double
    /// A parameter's part in an update, and that of each number the rule reads and writes.
    let parameter: Double
    let moment: Double
    /// A step, each of its layers and each input's weights made ready, whatever the batch.
    let step: Double
    let layer: Double
    let inputWeights: Double

    static let fused = TrainingCost(
        product: 0.054, unit: 0.75, transcendental: 1.55, dropout: 0.2, batchNorm: 0, output: 1.4, input: 0.2,
        encoding: 4, parameter: 0, moment: 0.36, step: 700, layer: 0, inputWeights: 5.8)
    static let gemm = TrainingCost(
        product: 0.0435, unit: 0.4, transcendental: 3.2, dropout: 4.3, batchNorm: 2.3, output: 31, input: 0.6,
        encoding: 2, parameter: 0.74, moment: 0.09, step: 0, layer: 2570, inputWeights: 1.5)

    /// A number made by augmentation, of noise and of an image.
    static let noise = 6.0
    static let imageNumber = 12.0
}

extension TrainingCost {
    /// Nanoseconds of one epoch's steps.
    static func epoch(_ size: RunSize, _ execution: Execution) -> Double {
        let (network, training) = (size.network, size.training)
        let cost = execution.steps == .fused ? TrainingCost.fused : .gemm
        let wide = training.precision == .float32 ? 1.0 : 2.0
        let batch = size.batchRows
        let steps = Double(size.stepsPerEpoch)
        // A vector of samples that is partly empty costs as much as a full one.
        let lanes = execution.steps == .fused ? execution.instructionSet.lanes(training.precision) : 1
        let filled = { (rows: Int) in (rows + lanes - 1) / lanes * lanes }
        let rows = Double(size.trainRows / batch * filled(batch) + filled(size.trainRows % batch))
        let inputs = Double(network.inputs)
        let work = Work(network)
        var perRow = cost.product * work.backward + cost.unit * (work.units + Double(network.outputs))
        perRow += cost.transcendental * work.transcendental + cost.input * inputs
        perRow += cost.dropout * (work.dropout + (network.inputKeepProb < 1 ? inputs : 0))
        if network.batchNorm { perRow += cost.batchNorm * work.units }
        if network.outputs > 1 { perRow += cost.output * Double(network.outputs) }
        let moments = 1 + (training.optimizer.momentCount == 2 ? 3.0 : Double(training.optimizer.momentCount))
        var perStep = (cost.parameter + cost.moment * moments) * work.parameters + cost.inputWeights * inputs
        perStep = wide * perStep + cost.step + cost.layer * Double(network.hiddenLayers.count + 1)
        var nanoseconds = wide * rows * perRow + steps * perStep
        if steps > 1 || size.augmentation != nil, !isKeptEncoded(size, execution, rows: size.trainRows) {
            nanoseconds += cost.encoding * inputs * Double(size.trainRows)
        }
        if let augmentation = size.augmentation {
            let numbers =
                (augmentation.noise == nil ? 0 : noise) + (augmentation.image == nil ? 0 : imageNumber)
            nanoseconds += numbers * inputs * Double(size.trainRows)
        }
        return nanoseconds
    }

    /// Nanoseconds of measuring the network once on `rows` examples.
    static func measuring(_ size: RunSize, _ execution: Execution, rows: Int) -> Double {
        guard rows > 0 else { return 0 }
        let network = size.network
        let cost = execution.evaluation == .fused ? TrainingCost.fused : .gemm
        let wide = size.training.precision == .float32 ? 1.0 : 2.0
        let work = Work(network)
        let inputs = Double(network.inputs)
        var perRow = cost.product * work.forward + cost.unit * (work.units + Double(network.outputs))
        perRow += cost.transcendental * work.transcendental + cost.input * inputs
        if network.outputs > 1 { perRow += cost.output * Double(network.outputs) }
        perRow *= wide
        if !isKeptEncoded(size, execution, rows: rows) { perRow += cost.encoding * inputs }
        return perRow * Double(rows) + cost.step + wide * cost.inputWeights * inputs
    }

    private static func isKeptEncoded(_ size: RunSize, _ execution: Execution, rows: Int) -> Bool {
        let bytes = size.training.precision == .float32 ? 4.0 : 8.0
        return execution.evaluation == .fused
            && Double(rows) * Double(size.network.inputs) * bytes <= Double(EncodedSet<Float>.smallBytes)
    }

    /// A network's sizes, in floating point, which saturates.
    private struct Work {
        /// Weights and biases.
        var parameters = 0.0
        /// Multiply-adds of an example forward, and forward and backward: the input has no derivative.
        var forward = 0.0
        var backward = 0.0
        /// Hidden units, and those of them with an exponential and with dropout.
        var units = 0.0
        var transcendental = 0.0
        var dropout = 0.0

        init(_ network: NetworkSpecification) {
            var fanIn = Double(network.inputs)
            for layer in network.hiddenLayers {
                let count = Double(layer.units)
                add(count, fanIn)
                units += count
                if layer.activation == .tanh || layer.activation == .sigmoid { transcendental += count }
                if layer.keepProb < 1 { dropout += count }
                fanIn = count
            }
            add(Double(network.outputs), fanIn)
        }

        private mutating func add(_ units: Double, _ fanIn: Double) {
            backward += units * fanIn * (forward == 0 ? 2 : 3)
            forward += units * fanIn
            parameters += units * (fanIn + 1)
        }
    }
}

extension InstructionSet {
    /// Numbers in a vector of the small networks' plan.
    func lanes(_ precision: Precision) -> Int {
        let bytes =
            switch self {
            case .avx512: 64
            case .avx2: 32
            case .baseline: 16
            }
        return bytes / (precision == .float32 ? 4 : 8)
    }
}
