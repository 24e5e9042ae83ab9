import JSONDocument
import Jobs
import Perceptron

/// Weights: the layers of a document that a client sends, or a network as the service keeps it.
enum WeightsSubject {
    static func read(_ bytes: UnsafeRawBufferPointer) {
        if bytes.first == UInt8(ascii: "[") { readDocument(bytes) } else { readStored(bytes) }
    }

    private static func readDocument(_ bytes: UnsafeRawBufferPointer) {
        guard let document = try? JSONDocument(parsing: bytes) else { return }
        let faults = FaultCollector()
        let weights = InitialWeights(reading: document.root, at: "", faults: faults)
        if weights == nil, faults.faults.isEmpty { violation("refused without a fault") }
    }

    /// The last eight bytes are made the checksum that they would have to be guessed to be.
    private static func readStored(_ bytes: UnsafeRawBufferPointer) {
        guard bytes.count > 8 else { return }
        var sealed = Array(bytes.dropLast(8))
        let checksum = sealed.withUnsafeBytes { TrainedNetwork.checksum($0) }
        withUnsafeBytes(of: checksum.littleEndian) { sealed.append(contentsOf: $0) }
        guard let network = try? sealed.withUnsafeBytes({ try TrainedNetwork(decoding: $0) }) else { return }
        if network.parameters.count > 1 << 16 { return }
        let encoded = network.encoded()
        guard let again = try? encoded.withUnsafeBytes({ try TrainedNetwork(decoding: $0) }) else {
            violation("a network that was just written cannot be read")
        }
        if again.encoded() != encoded { violation("a network changes on its way") }
    }

    static func seeds() throws -> [[UInt8]] {
        let documents = [
            #"[{"weights": [[1, 2], [3, 4]], "biases": [0, 0], "activation": "relu"}, {"weights": [[1, -1e-3]], "biases": [0.5]}]"#,
            #"[{"weights": [[1]], "biases": [0], "batch_norm": {"gamma": [1], "beta": [0], "running_mean": [0], "running_variance": [1]}}]"#,
        ].map { Array($0.utf8) }
        return documents + (try SmallRun.all.map { try $0.trained().encoded() })
    }
}
