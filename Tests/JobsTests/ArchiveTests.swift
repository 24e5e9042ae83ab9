import Datasets
import Foundation
import Jobs
import Perceptron
import Testing

struct NetworkArchiveTests {
    private let directory: TemporaryDirectory
    private let archive: NetworkArchive

    init() throws {
        directory = try TemporaryDirectory()
        archive = try NetworkArchive(directory: directory.path + "/networks")
    }

    @Test(arguments: [Precision.float32, .float64], [false, true])
    func aNetworkComesBackToTheBit(precision: Precision, batchNorm: Bool) throws {
        let network = try TrainedNetwork.make(precision, batchNorm: batchNorm)
        let id = JobID.random()
        #expect(try archive.network(of: id) == nil)
        try archive.store(network.encoded(), for: id)
        #expect(try archive.network(of: id) == network)
        let reopened = try NetworkArchive(directory: directory.path + "/networks")
        #expect(try reopened.network(of: id) == network)
        try archive.remove(id)
        try archive.remove(id)
        #expect(try archive.network(of: id) == nil)
    }

    @Test func aLaterNetworkTakesTheEarlierOnesPlace() throws {
        let id = JobID.random()
        try archive.store(TrainedNetwork.make(.float32).encoded(), for: id)
        try archive.store(TrainedNetwork.make(.float64).encoded(), for: id)
        #expect(try archive.network(of: id) == .make(.float64))
    }

    @Test func anyDamageIsATypedError() throws {
        let id = JobID.random()
        try archive.store(TrainedNetwork.make(.float32, batchNorm: true).encoded(), for: id)
        let path = directory.path + "/networks/\(id).network"
        let whole = try #require(FileManager.default.contents(atPath: path))
        var damaged = stride(from: 0, to: whole.count, by: 3).map { whole.prefix($0) }
        for place in whole.indices {
            var copy = whole
            copy[place] ^= 0x10
            damaged.append(copy)
        }
        damaged.append(whole + [0])
        for bytes in damaged {
            try Data(bytes).write(to: URL(fileURLWithPath: path))
            let error = #expect(throws: StorageError.self) { try archive.network(of: id) }
            guard case .damaged? = error else {
                Issue.record("\(String(describing: error))")
                return
            }
        }
    }

    @Test func aSweepTakesWhatNoJobOwnsAndNothingElse() throws {
        let (known, forgotten) = (JobID.random(), JobID.random())
        try archive.store(TrainedNetwork.make(.float32).encoded(), for: known)
        try archive.store(TrainedNetwork.make(.float32).encoded(), for: forgotten)
        let stranger = directory.path + "/networks/README"
        #expect(FileManager.default.createFile(atPath: stranger, contents: Data()))
        try archive.sweep { $0 == known }
        #expect(try archive.network(of: known) != nil)
        #expect(try archive.network(of: forgotten) == nil)
        #expect(FileManager.default.fileExists(atPath: stranger))
    }

    @Test func aSweepThatCannotAskTakesNothing() throws {
        let id = JobID.random()
        try archive.store(TrainedNetwork.make(.float32).encoded(), for: id)
        #expect(throws: StoreError.self) { try archive.sweep { _ in throw StoreError.unavailable("test") } }
        #expect(try archive.network(of: id) != nil)
    }
}

struct InitialWeightsArchiveTests {
    private let directory: TemporaryDirectory
    private let archive: InitialWeightsArchive

    init() throws {
        directory = try TemporaryDirectory()
        archive = try InitialWeightsArchive(directory: directory.path + "/weights")
    }

    private static let layers = [LayerParameters(weights: [0.1, 1e300], biases: [-0.0])]
    private static let network = NetworkSpecification(inputs: 2, hiddenLayers: [], outputs: 1, task: .binary)

    @Test func layersComeBackToTheBitAndAreStoredOnce() throws {
        let hash = try archive.store(Self.layers, of: Self.network)
        #expect(try archive.store(Self.layers, of: Self.network) == hash)
        #expect(try archive.hashes() == [hash])
        let found = try archive.layers(hash)
        #expect(found == Self.layers)
        #expect(found[0].biases[0].sign == .minus)
        try archive.remove(hash)
        #expect(try archive.hashes() == [])
        #expect(throws: StorageError.notFound(hash: hash)) { try archive.layers(hash) }
    }

    @Test(arguments: ["", "abc", "../networks/x", String(repeating: "z", count: 64)])
    func whatIsNoHashIsNotFound(name: String) throws {
        #expect(throws: StorageError.notFound(hash: name)) { try archive.layers(name) }
        try archive.remove(name)
    }

    @Test func aTruncatedFileIsATypedError() throws {
        let hash = try archive.store(Self.layers, of: Self.network)
        let url = URL(fileURLWithPath: directory.path + "/weights/\(hash)")
        try Data(contentsOf: url).dropLast().write(to: url)
        let error = #expect(throws: StorageError.self) { try archive.layers(hash) }
        guard case .damaged(hash, _)? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test func layersOfAnotherNetworkAreRefused() throws {
        let other = NetworkSpecification(inputs: 3, hiddenLayers: [], outputs: 1, task: .binary)
        #expect(throws: TrainingError.self) { try archive.store(Self.layers, of: other) }
        #expect(try archive.hashes() == [])
    }
}

extension TrainedNetwork {
    /// Two inputs, three hidden units, one output; every number another one.
    static func make(_ precision: Precision, batchNorm: Bool = false) throws -> TrainedNetwork {
        let shape = NetworkShape(
            inputs: 2, hiddenLayers: [.init(units: 3, activation: .tanh)], outputs: 1, task: .binary,
            batchNorm: batchNorm)
        let layout = ParameterLayout(shape)
        func arena(_ count: Int) -> Parameters {
            let numbers = (0..<count).map { Double($0) / 3 - 1 }
            return precision == .float32
                ? .float32(NumberBlock(numbers.map { Float($0) })) : .float64(NumberBlock(numbers))
        }
        return try #require(
            TrainedNetwork(
                shape: shape, parameters: arena(layout.count), runningStatistics: arena(layout.runningCount)))
    }
}
