import Datasets
import Foundation
import JSONDocument
import Jobs
import Perceptron
import Testing

/// Small things in the store, large ones in files, read alike.
struct JobArchiveTests {
    private let directory: TemporaryDirectory
    private let store = MemoryStore()
    private let tables: TableStore
    private let networks: NetworkArchive
    private let weights: InitialWeightsArchive
    private let archive: JobArchive

    init() throws {
        directory = try TemporaryDirectory()
        tables = try TableStore(directory: directory.path + "/tables", inlineLimit: 256)
        networks = try NetworkArchive(directory: directory.path + "/networks")
        weights = try InitialWeightsArchive(directory: directory.path + "/weights")
        archive = JobArchive(store: store, tables: tables, networks: networks, initialWeights: weights)
    }

    private func submit(table: String, weights: String? = nil, _ contents: [StoredContent?]) throws {
        _ = try store.submit(
            JobSubmission(
                settings: [], tableHash: table, initialWeightsHash: weights, parameterCount: 1, epochs: 1,
                contents: contents.compactMap(\.self)))
    }

    @Test(arguments: [1, 400])
    func aTableIsFoundWhereverItLies(rows: Int) throws {
        let text = "[\((0..<rows).map { "[\($0)]" }.joined(separator: ","))]"
        let reference = try Array(text.utf8).withUnsafeBytes { try tables.ingestJSON($0) }
        #expect((reference.content == nil) == (rows > 1))
        #expect(try tables.hashes() == (rows > 1 ? [reference.hash] : []))
        try submit(
            table: reference.hash, [reference.content.map { StoredContent(hash: reference.hash, bytes: $0) }])
        let table = try archive.table(reference.hash)
        #expect(table.schema == reference.schema)
        #expect((0..<rows).allSatisfy { table.cells[$0, 0] == Double($0) })
        // Whoever asks while it is held gets the same one.
        #expect(try archive.table(reference.hash) === table)
    }

    @Test(arguments: [2, 9_000])
    func startingWeightsAreFoundWhereverTheyLie(inputs: Int) throws {
        let layers = [LayerParameters(weights: (0..<inputs).map(Double.init), biases: [0.5])]
        let network = NetworkSpecification(inputs: inputs, hiddenLayers: [], outputs: 1, task: .binary)
        let (hash, content) = try archive.keep(layers, of: network)
        #expect(try hash == InitialWeightsArchive.hash(of: layers, in: network))
        #expect((content == nil) == (inputs > 2))
        #expect(try weights.hashes() == (inputs > 2 ? [hash] : []))
        try submit(table: "t", weights: hash, [content])
        #expect(try archive.initialLayers(hash) == layers)
    }

    @Test func damagedContentIsATypedError() throws {
        let hash = String(repeating: "0", count: 64)
        try submit(table: hash, [StoredContent(hash: hash, bytes: [1, 2, 3])])
        let error = #expect(throws: StorageError.self) { try archive.table(hash) }
        guard case .damaged(hash, _)? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }
}
