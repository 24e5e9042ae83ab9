import Glibc

/// A file that is never changed, mapped read-only; it may be deleted meanwhile.
// Unchecked: such files are never written to after their rename, and the pointer is a constant.
package final class MappedFile: @unchecked Sendable {
    /// The whole content, valid as long as this object is.
    package let bytes: UnsafeRawBufferPointer

    /// Maps what `descriptor` has open, which may be closed afterwards; with `readsAhead` all of it is paged in at once.
    init(descriptor: Int32, name: String, readsAhead: Bool) throws(StorageError) {
        var status = stat()
        if fstat(descriptor, &status) != 0 { throw .last("look at \(name)") }
        let size = Int(status.st_size)
        guard size > 0 else {
            bytes = UnsafeRawBufferPointer(start: nil, count: 0)
            return
        }
        let flags = readsAhead ? MAP_SHARED | MAP_POPULATE : MAP_SHARED
        guard let start = mmap(nil, size, PROT_READ, flags, descriptor, 0), start != MAP_FAILED else {
            throw .last("map \(name)")
        }
        bytes = UnsafeRawBufferPointer(start: start, count: size)
    }

    deinit {
        if let start = bytes.baseAddress { munmap(UnsafeMutableRawPointer(mutating: start), bytes.count) }
    }
}
