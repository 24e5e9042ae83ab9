import HTTPDaemon
import JSONDocument
import Jobs
import Perceptron

/// The weights document: a trained model that needs nothing beside it. It is written row by row while it is sent.
package struct WeightsDocument: Sendable {
    /// Names the form of the document; another form gets another name.
    static let format = "espalier-weights/1"

    let network: TrainedNetwork
    /// The members after `layers`: a JSON object whose members are continued by `members`.
    let members: @Sendable (inout JSONWriter) -> Void

    package init(network: TrainedNetwork, members: @escaping @Sendable (inout JSONWriter) -> Void) {
        self.network = network
        self.members = members
    }

    /// The document as an answer's body.
    package var stream: ResponseStream {
        ResponseStream {
            var sections = Sections(document: self)
            var ready: [UInt8] = []
            var sent = 0
            return { buffer in
                if sent == ready.count {
                    ready = sections.next()
                    sent = 0
                    if ready.isEmpty { return .end }
                }
                let count = min(buffer.count, ready.count - sent)
                ready.withUnsafeBytes {
                    buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[sent..<sent + count]))
                }
                sent += count
                return .filled(count)
            }
        }
    }

    /// Produces the document some 64 kB at a time.
    private struct Sections {
        private enum Place {
            case start
            case row(layer: Int, row: Int)
            case end
            case done
        }

        let document: WeightsDocument
        private var json = JSONWriter()
        private var place = Place.start

        init(document: WeightsDocument) { self.document = document }

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
