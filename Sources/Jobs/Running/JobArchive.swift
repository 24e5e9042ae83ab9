import Datasets
import Perceptron

/// Where lies what jobs need and what they leave: small things in the store, written in the very transaction that
/// speaks of them; large ones in files, which are there before the store speaks of them.
public struct JobArchive: Sendable {
    /// Bytes up to which a thing is small. A file costs some tenths of a millisecond whatever its size, a byte in the
    /// store is written twice.
    public static let inlineLimit = 64 << 10

    private let store: any JobStore
    private let tables: TableStore
    private let networks: NetworkArchive
    private let initialWeights: InitialWeightsArchive

    /// An archive over a store and its folders.
    public init(
        store: any JobStore, tables: TableStore, networks: NetworkArchive, initialWeights: InitialWeightsArchive
    ) {
        self.store = store
        self.tables = tables
        self.networks = networks
        self.initialWeights = initialWeights
    }

    /// The table under `hash`.
    public func table(_ hash: String) throws -> MappedTable {
        if let table = tables.opened(hash) { return table }
        return try tables.open(hash, content: store.content(hash))
    }

    /// The starting weights under `hash`.
    public func initialLayers(_ hash: String) throws -> [LayerParameters] {
        try initialWeights.layers(hash, content: store.content(hash))
    }

    /// A job's network, nil if none is kept.
    public func network(of id: JobID) throws -> TrainedNetwork? {
        try networks.network(of: id, content: store.network(id))
    }

    /// Has it written down that an attempt at `job` has got somewhere.
    func noteProgress(of job: Job) throws(StoreError) {
        _ = try store.progressed(job.id, leaseEpoch: job.leaseEpoch)
    }

    /// Has it written down that an attempt at `job` goes on after `epoch` epochs.
    func noteResumption(of job: Job, epoch: Int) throws(StoreError) {
        _ = try store.resumed(job.id, leaseEpoch: job.leaseEpoch, epoch: epoch)
    }

    /// Keeps a network for `id`. What is returned belongs into the job's ending; with nil it is in a file, on disk.
    func keep(_ network: TrainedNetwork, for id: JobID) throws(StorageError) -> [UInt8]? {
        let bytes = network.encoded()
        if bytes.count <= JobArchive.inlineLimit { return bytes }
        try networks.store(bytes, for: id)
        return nil
    }

    /// Keeps starting weights. `content` belongs into the submission that names `hash`; with nil it is in a file, on
    /// disk.
    public func keep(
        _ layers: [LayerParameters], of network: NetworkSpecification
    ) throws -> (hash: String, content: StoredContent?) {
        let content = try InitialWeightsArchive.content(layers, of: network)
        if content.bytes.count <= JobArchive.inlineLimit { return (content.hash, content) }
        try initialWeights.store(content)
        return (content.hash, nil)
    }
}
