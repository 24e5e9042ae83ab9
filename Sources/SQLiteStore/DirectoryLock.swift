import Glibc
import Jobs

/// Sole use of a data directory, held by an advisory lock that the system drops when the process dies, however it dies.
final class DirectoryLock: Sendable {
    private let descriptor: Int32

    /// Makes `directory` if need be and locks it. Throws `inUse` if another server has it.
    init(directory: String) throws(StoreError) {
        try DirectoryLock.make(directory)
        let path = directory + "/espalier.lock"
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .unavailable("cannot open \(path): \(systemMessage())") }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let isHeld = errno == EWOULDBLOCK
            let message = systemMessage()
            close(descriptor)
            if isHeld { throw .inUse("another server runs on \(directory)") }
            throw .unavailable("cannot lock \(path): \(message)")
        }
        self.descriptor = descriptor
    }

    deinit { close(descriptor) }

    private static func make(_ directory: String) throws(StoreError) {
        guard mkdir(directory, 0o700) != 0 else {
            // A new directory's name is in its parent, which must reach the disk as well.
            return try synchronize(directory + "/..")
        }
        guard errno == EEXIST else { throw .unavailable("cannot make \(directory): \(systemMessage())") }
    }

    private static func synchronize(_ directory: String) throws(StoreError) {
        let descriptor = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .unavailable("cannot open \(directory): \(systemMessage())") }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw .unavailable("cannot fsync \(directory): \(systemMessage())") }
    }
}

/// What `errno` says.
private func systemMessage() -> String { String(cString: strerror(errno)) }
