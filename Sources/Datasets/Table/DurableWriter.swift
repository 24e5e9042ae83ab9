/// A file of a `DurableFolder` that is written piece by piece; gone with its owner unless it was committed. Not for use
/// by two threads at once.
package struct DurableWriter: ~Copyable {
    private var file: TemporaryFile
    /// Bytes so far.
    package private(set) var length = 0

    init(in directory: String) { file = TemporaryFile(in: directory) }

    /// Adds `bytes` at the end.
    package mutating func append(_ bytes: UnsafeRawBufferPointer) throws(StorageError) {
        try file.write(bytes, at: length)
        length += bytes.count
    }

    /// Makes the file durable under `name`, replacing what was there.
    package mutating func commit(as name: String) throws(StorageError) { try file.commit(as: name) }
}
