import Glibc
import Synchronization

/// The one owner of a temporary file: closes and removes it, unless it was moved away.
final class TemporaryFile: Sendable {
    let path: String
    let descriptor: Int32
    private let kept = Atomic<Bool>(false)

    init(directory: String) throws(SystemError) {
        while true {
            let path = "\(directory)/upload-\(String(UInt64.random(in: .min ... .max), radix: 36)).part"
            let descriptor = retryingInterrupted { open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600) }
            if descriptor >= 0 {
                self.path = path
                self.descriptor = descriptor
                return
            }
            if errno != EEXIST { throw SystemError(call: "open", path: path) }
        }
    }

    deinit {
        // Nothing is lost by a failed close here: whoever needs the bytes on disk has called synchronize before.
        close(descriptor)
        if !kept.load(ordering: .acquiring) { unlink(path) }
    }

    func synchronize() throws(SystemError) {
        if retryingInterrupted({ fsync(descriptor) }) != 0 { throw SystemError(call: "fsync", path: path) }
    }

    func move(to destination: String) throws(SystemError) {
        if rename(path, destination) != 0 { throw SystemError(call: "rename", path: path) }
        kept.store(true, ordering: .releasing)
    }
}
