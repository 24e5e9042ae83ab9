import Datasets
import Perceptron

/// The trained networks that are too large for the store, one file a job.
public struct NetworkArchive: Sendable {
    private let folder: DurableFolder

    /// Opens the folder `directory`, making it if need be.
    public init(directory: String) throws(StorageError) {
        folder = try DurableFolder(directory)
    }

    private static func name(_ id: JobID) -> String { "\(id).network" }

    /// Keeps a job's encoded network; it is on disk when this returns.
    package func store(_ encoded: [UInt8], for id: JobID) throws(StorageError) {
        try folder.write(encoded, as: NetworkArchive.name(id))
    }

    /// A job's network, whose bytes are `content` if they are in no file; nil if none is kept.
    public func network(of id: JobID, content: [UInt8]? = nil) throws(StorageError) -> TrainedNetwork? {
        let name = NetworkArchive.name(id)
        do {
            if let content { return try content.withUnsafeBytes { try TrainedNetwork(decoding: $0) } }
            guard let file = try folder.map(name) else { return nil }
            return try TrainedNetwork(decoding: file.bytes, owner: file)
        } catch let error as StorageError {
            throw error
        } catch {
            throw .damaged(hash: name, reason: "\(error)")
        }
    }

    /// Forgets a job's network.
    public func remove(_ id: JobID) throws(StorageError) { try folder.remove(NetworkArchive.name(id)) }

    /// Forgets the networks of jobs for which `isKnown` says no: leftovers of a crash.
    public func sweep(isKnown: (JobID) throws -> Bool) throws {
        for name in try folder.names() {
            guard name.hasSuffix(".network"), let id = JobID(String(name.dropLast(8))) else { continue }
            if try !isKnown(id) { try folder.remove(name) }
        }
    }
}
