import JSONDocument
import Perceptron

/// Produces a weights document some 64 kB at a time, from its start or from where a section begins.
struct WeightsSections {
    /// Where a section begins.
    enum Place: Sendable {
        case start
        case row(layer: Int, row: Int)
        case end
        case done
    }

    let document: WeightsDocument
    private var json: JSONWriter
    private(set) var place: Place

    init(of document: WeightsDocument, from place: Place) {
        self.document = document
        self.place = place
        // Whatever comes before a place is a value, but for the brackets before the first row.
        let isAfterValue =
            switch place {
            case .start: false
            case .row(let layer, let row): layer > 0 || row > 0
            case .end, .done: true
            }
        json = JSONWriter(afterValue: isAfterValue)
    }

    /// The next bytes; none at the end.
    mutating func next() -> [UInt8] {
        while json.bytes.count < 1 << 16 {
            switch place {
            case .start:
                json.open(UInt8(ascii: "{"))
                json.member("format", WeightsDocument.format)
                json.name("layers")
                json.open(UInt8(ascii: "["))
                place = .row(layer: 0, row: 0)
            case .row(let layer, let row):
                place = write(row: row, ofLayer: layer)
            case .end:
                json.close(UInt8(ascii: "]"))
                document.members(&json)
                json.close(UInt8(ascii: "}"))
                place = .done
            case .done:
                return json.drain()
            }
        }
        return json.drain()
    }

    private mutating func write(row: Int, ofLayer index: Int) -> Place {
        let network = document.network
        let layer = network.layout.layers[index]
        if row == 0 {
            json.open(UInt8(ascii: "{"))
            json.name("weights")
            json.open(UInt8(ascii: "["))
        }
        let first = layer.weights.lowerBound + row * layer.inputs
        json.array { $0.values(network.parameters, in: first..<first + layer.inputs) }
        if row + 1 < layer.units { return .row(layer: index, row: row + 1) }
        json.close(UInt8(ascii: "]"))
        json.array("biases") { $0.values(network.parameters, in: layer.biases) }
        json.member("activation", network.shape.activationName(ofLayer: index))
        if let gamma = layer.gamma, let beta = layer.beta, let mean = layer.runningMean,
            let variance = layer.runningVariance
        {
            json.object("batch_norm") { json in
                json.array("gamma") { $0.values(network.parameters, in: gamma) }
                json.array("beta") { $0.values(network.parameters, in: beta) }
                json.array("running_mean") { $0.values(network.runningStatistics, in: mean) }
                json.array("running_variance") { $0.values(network.runningStatistics, in: variance) }
                json.member("epsilon", TrainedNetwork.batchNormEpsilon)
            }
        }
        json.close(UInt8(ascii: "}"))
        return index + 1 < network.layout.layers.count ? .row(layer: index + 1, row: 0) : .end
    }
}

extension JSONWriter {
    /// Writes the numbers of an arena in its own precision, so that they are the shortest that read back to its bits.
    fileprivate mutating func values(_ parameters: TrainedNetwork.Parameters, in range: Range<Int>) {
        switch parameters {
        case .float32(let numbers): numbers.withUnsafeBufferPointer { values(UnsafeBufferPointer(rebasing: $0[range])) }
        case .float64(let numbers): numbers.withUnsafeBufferPointer { values(UnsafeBufferPointer(rebasing: $0[range])) }
        }
    }
}

extension NetworkShape {
    /// The activation's word of layer `index`, the output layer being the last.
    fileprivate func activationName(ofLayer index: Int) -> String {
        index < hiddenLayers.count ? hiddenLayers[index].activation.rawValue : task.outputActivation
    }
}
