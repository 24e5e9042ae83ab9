import Datasets
import Hashing
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
        let content = try InitialWeightsArchive.content(layers, of: network)
        try store(content)
        return content.hash
    }

    /// Keeps what `content(_:of:)` made; it is on disk when this returns.
    func store(_ content: StoredContent) throws(StorageError) {
        try folder.write(content.bytes, as: content.hash)
    }

    /// What would be stored of `layers` of `network`.
    static func content(_ layers: [LayerParameters], of network: NetworkSpecification) throws -> StoredContent {
        let bytes = try TrainedNetwork(layers, of: network).encoded()
        return StoredContent(hash: ContentHash.of(bytes), bytes: bytes)
    }

    /// The hash that `layers` of `network` would be stored under.
    public static func hash(of layers: [LayerParameters], in network: NetworkSpecification) throws -> String {
        try content(layers, of: network).hash
    }

    /// The layers stored under `hash`, whose bytes are `content` if they are in no file.
    public func layers(_ hash: String, content: [UInt8]? = nil) throws(StorageError) -> [LayerParameters] {
        guard ContentHash.isWellFormed(hash) else { throw .notFound(hash: hash) }
        do {
            if let content { return try content.withUnsafeBytes { try TrainedNetwork(decoding: $0) }.layers }
            guard let file = try folder.map(hash) else { throw StorageError.notFound(hash: hash) }
            return try TrainedNetwork(decoding: file.bytes, owner: file).layers
        } catch let error as StorageError {
            throw error
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
