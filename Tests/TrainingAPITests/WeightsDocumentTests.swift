import JSONDocument
import Perceptron
import Testing
import TrainingAPI

struct WeightsDocumentTests {
    private static let shapes = [
        NetworkShape(inputs: 3, hiddenLayers: [], outputs: 1, task: .regression, batchNorm: false),
        NetworkShape(inputs: 1, hiddenLayers: [], outputs: 1, task: .binary, batchNorm: true),
        NetworkShape(
            inputs: 2, hiddenLayers: [.init(units: 3, activation: .leakyReLU), .init(units: 1, activation: .tanh)],
            outputs: 4, task: .multiclass, batchNorm: true),
        NetworkShape(
            inputs: 700, hiddenLayers: [.init(units: 40, activation: .relu), .init(units: 300, activation: .sigmoid)],
            outputs: 2, task: .multiclass, batchNorm: false),
    ]

    @Test(arguments: shapes, [Precision.float32, .float64])
    func theStreamIsTheDocumentWhateverThePieces(shape: NetworkShape, precision: Precision) throws {
        let network = try Self.network(shape, precision)
        let document = WeightsDocument(network: network) { json in
            json.object("metrics") { $0.member("loss", 0.5) }
        }
        let whole = Self.rendering(network)
        for pieces in [1, 7, 1_000, 65_536, 10_000_000] where pieces > 1 || whole.count < 10_000 {
            #expect(try document.stream.whole(pieces: pieces) == whole)
        }
        // The stream may be read more than once.
        #expect(try document.stream.whole(pieces: 4_096) == whole)
    }

    @Test(arguments: shapes, [Precision.float32, .float64])
    func everyNumberReadsBackToItsBits(shape: NetworkShape, precision: Precision) throws {
        let network = try Self.network(shape, precision)
        let document = WeightsDocument(network: network) { _ in }
        let root = try JSONDocument.parse(document.stream.whole(pieces: 65_536)).root
        #expect(root["format"]?.string == "espalier-weights/1")
        let layers = Array(try #require(root["layers"]).elements)
        #expect(layers.count == shape.hiddenLayers.count + 1)
        func numbers(_ node: JSONNode?) -> [UInt64] {
            (node.map { Array($0.elements) } ?? []).map { bits($0.number) }
        }
        // A float32 is compared as the float32 nearest to its text.
        func bits(_ number: Double?) -> UInt64 {
            guard let number else { return .max }
            return precision == .float32 ? Double(Float(number)).bitPattern : number.bitPattern
        }
        for (found, expected) in zip(layers, network.layers) {
            #expect(found["weights"]?.elements.flatMap { numbers($0) } == expected.weights.map(\.bitPattern))
            #expect(found["weights"]?.count == expected.biases.count)
            #expect(numbers(found["biases"]) == expected.biases.map(\.bitPattern))
            #expect((found["batch_norm"] != nil) == (expected.batchNorm != nil))
            if let norm = expected.batchNorm, let node = found["batch_norm"] {
                #expect(numbers(node["gamma"]) == norm.gamma.map(\.bitPattern))
                #expect(numbers(node["beta"]) == norm.beta.map(\.bitPattern))
                #expect(numbers(node["running_mean"]) == norm.runningMean.map(\.bitPattern))
                #expect(numbers(node["running_variance"]) == norm.runningVariance.map(\.bitPattern))
                #expect(node["epsilon"]?.number == 1e-5)
            }
        }
        let output = ["regression": "identity", "binary": "sigmoid", "multiclass": "softmax"][shape.task.rawValue]
        #expect(
            layers.map { $0["activation"]?.string } == shape.hiddenLayers.map { $0.activation.rawValue } + [output])
    }

    @Test(arguments: shapes)
    func anyPartIsMadeFromTheIndex(shape: NetworkShape) throws {
        let document = WeightsDocument(network: try Self.network(shape, .float32)) { json in
            json.object("metrics") { $0.member("loss", 0.5) }
        }
        let whole = try document.stream.whole(pieces: 65_536)
        let index = WeightsIndex(of: document)
        #expect(index.length == whole.count)
        let steps = max(1, whole.count / 50)
        for lower in stride(from: 0, to: whole.count, by: steps) {
            for upper in [lower + 1, min(lower + steps, whole.count), whole.count] {
                let part = document.stream(lower..<upper, by: index)
                #expect(part.length == upper - lower)
                #expect(try part.whole(pieces: 1_000) == Array(whole[lower..<upper]))
            }
        }
    }

    @Test func theTagIsThatOfTheNumbersAndOfTheMembers() throws {
        let network = try Self.network(Self.shapes[2], .float32)
        func tag(_ network: TrainedNetwork, _ loss: Double) -> EntityTag {
            WeightsDocument(network: network) { $0.member("loss", loss) }.tag
        }
        #expect(tag(network, 0.5) == tag(network, 0.5))
        #expect(tag(network, 0.5) != tag(network, 0.25))
        #expect(tag(network, 0.5) != tag(try Self.network(Self.shapes[2], .float32), 0.5))
    }

    /// The document as one would write it at once.
    private static func rendering(_ network: TrainedNetwork) -> [UInt8] {
        func list(_ values: [Double]) -> String {
            let words = values.map { network.precision == .float32 ? "\(Float($0))" : "\($0)" }
            return "[" + words.joined(separator: ",") + "]"
        }
        let outputs: [Task: String] = [.regression: "identity", .binary: "sigmoid", .multiclass: "softmax"]
        let names = network.shape.hiddenLayers.map { $0.activation.rawValue } + [outputs[network.shape.task] ?? ""]
        let layers = zip(network.layers, names).map { layer, name in
            let width = layer.weights.count / layer.biases.count
            let rows = stride(from: 0, to: layer.weights.count, by: width)
                .map { list(Array(layer.weights[$0..<$0 + width])) }
            var text = #"{"weights":[\#(rows.joined(separator: ","))],"biases":\#(list(layer.biases)),"#
            text += #""activation":"\#(name)""#
            if let norm = layer.batchNorm {
                text += #","batch_norm":{"gamma":\#(list(norm.gamma)),"beta":\#(list(norm.beta)),"#
                text += #""running_mean":\#(list(norm.runningMean)),"running_variance":\#(list(norm.runningVariance)),"#
                text += #""epsilon":1e-05}"#
            }
            return text + "}"
        }
        let text =
            #"{"format":"espalier-weights/1","layers":[\#(layers.joined(separator: ","))],"metrics":{"loss":0.5}}"#
        return Array(text.utf8)
    }

    private static func network(_ shape: NetworkShape, _ precision: Precision) throws -> TrainedNetwork {
        let layout = ParameterLayout(shape)
        var random = SystemRandomNumberGenerator()
        func arena(_ count: Int) -> TrainedNetwork.Parameters {
            switch precision {
            case .float32:
                .float32(NumberBlock((0..<count).map { _ in Float.random(in: -2...2, using: &random) * 1e-6 }))
            case .float64:
                .float64(NumberBlock((0..<count).map { _ in Double.random(in: -2...2, using: &random) * 1e300 }))
            }
        }
        return try #require(
            TrainedNetwork(
                shape: shape, parameters: arena(layout.count), runningStatistics: arena(layout.runningCount)))
    }
}
