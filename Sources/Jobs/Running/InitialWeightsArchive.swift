import Datasets
import Perceptron

/// Starting weights that clients gave, each stored once under the SHA-256 of its content.
public struct InitialWeightsArchive: Sendable {
    private let folder: DurableFolder

    /// Opens the folder `directory`, making it if need be.
    public init(directory: String) throws(StorageError) {
        folder = try DurableFolder(directory)
    }

    /// Keeps `layers` of `network`; they are on disk when this returns, under the hash returned.
    public func store(_ layers: [LayerParameters], of network: NetworkSpecification) throws -> String {
        let bytes = try TrainedNetwork(layers, of: network).encoded()
        let hash = ContentHash.of(bytes)
        try folder.write(bytes, as: hash)
        return hash
    }

    /// The hash that `layers` of `network` would be stored under.
    public static func hash(of layers: [LayerParameters], in network: NetworkSpecification) throws -> String {
        ContentHash.of(try TrainedNetwork(layers, of: network).encoded())
    }

    /// The layers stored under `hash`.
    public func layers(_ hash: String) throws(StorageError) -> [LayerParameters] {
        guard ContentHash.isWellFormed(hash), let bytes = try folder.read(hash) else { throw .notFound(hash: hash) }
        do {
            return try bytes.withUnsafeBytes { try TrainedNetwork(decoding: $0) }.layers
        } catch {
            throw .damaged(hash: hash, reason: "\(error)")
        }
    }

    /// Deletes what is stored under `hash`.
    public func remove(_ hash: String) throws(StorageError) {
        if ContentHash.isWellFormed(hash) { try folder.remove(hash) }
    }

    /// All that is stored.
    public func hashes() throws(StorageError) -> [String] { try folder.names().filter(ContentHash.isWellFormed) }
}
