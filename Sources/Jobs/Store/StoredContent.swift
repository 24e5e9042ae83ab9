/// Bytes that jobs and data sets may share, small enough to be kept in the store itself: there as long as something in
/// the store names them.
public struct StoredContent: Hashable, Sendable {
    /// SHA-256 of `bytes`, 64 lowercase hexadecimal digits.
    public let hash: String
    /// What a table's or an archive's file would hold.
    public let bytes: [UInt8]

    /// Content under its hash.
    public init(hash: String, bytes: [UInt8]) {
        self.hash = hash
        self.bytes = bytes
    }
}
