/// An uploaded data set.
public struct DatasetRecord: Hashable, Sendable {
    /// The data set's name in the API.
    public let id: DatasetID
    /// The client's own name for it.
    public let name: String?
    /// Whose data set it is; nil for everyone's.
    public let owner: String?
    /// When it was uploaded.
    public let createdAt: Timestamp
    /// Its name in the content-addressed table store.
    public let tableHash: String
    /// SHA-256 of the upload, 64 lowercase hexadecimal digits.
    public let sha256: String
    /// Length of the upload.
    public let bytes: Int
    /// Media type of the upload.
    public let mediaType: String
    /// Columns, rows and types, JSON text in UTF-8; nothing here reads it.
    public let schema: [UInt8]

    /// A data set under a new random id, unless one is given.
    public init(
        id: DatasetID = .random(), name: String? = nil, owner: String? = nil, createdAt: Timestamp, tableHash: String,
        sha256: String, bytes: Int, mediaType: String, schema: [UInt8]
    ) {
        self.id = id
        self.name = name
        self.owner = owner
        self.createdAt = createdAt
        self.tableHash = tableHash
        self.sha256 = sha256
        self.bytes = bytes
        self.mediaType = mediaType
        self.schema = schema
    }
}
