import Glibc
import Jobs

/// Which file a path leads to.
struct FileIdentity: Equatable {
    private let device: UInt
    private let inode: UInt

    /// The file at `path` now. Throws `unavailable` where there is none.
    init(_ path: String) throws(StoreError) {
        var status = stat()
        guard stat(path, &status) == 0 else {
            throw .unavailable("\(path): \(String(cString: strerror(errno)))")
        }
        device = UInt(status.st_dev)
        inode = UInt(status.st_ino)
    }
}
