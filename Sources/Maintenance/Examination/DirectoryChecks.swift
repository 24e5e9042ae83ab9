import Glibc
import Metrics

/// Whether a data directory can be used at all.
public enum DirectoryChecks {
    /// Looks at rights, lock, space and fsync. Writes one small file, and takes it away again.
    /// - Parameter reserve: bytes of the disk that a server keeps free.
    public static func run(_ directory: String, reserve: Int) -> [Finding] {
        var status = stat()
        guard stat(directory, &status) == 0 else {
            let reason = String(cString: strerror(errno))
            return [
                errno == ENOENT
                    ? .warning("directory", "\(directory) is not there yet; a server makes it")
                    : .failed("directory", "\(directory): \(reason)")
            ]
        }
        guard status.st_mode & S_IFMT == S_IFDIR else { return [.failed("directory", "\(directory) is no directory")] }
        return [rights(directory, status), lock(directory), space(directory, reserve), synchronizing(directory)]
    }

    private static func rights(_ directory: String, _ status: stat) -> Finding {
        guard access(directory, R_OK | W_OK | X_OK) == 0 else {
            return .failed("directory", "\(directory) cannot be read and written by this user")
        }
        let mode = String(status.st_mode & 0o7777, radix: 8)
        if status.st_mode & 0o077 != 0 {
            return .warning("directory", "\(directory) is open to others (mode \(mode)); 700 is enough")
        }
        return .ok("directory", "\(directory), mode \(mode)")
    }

    /// By the system's list of locks: asking for the lock itself could keep a server from starting.
    private static func lock(_ directory: String) -> Finding {
        var status = stat()
        guard stat("\(directory)/\(DataLayout.lock)", &status) == 0 else {
            return .ok("lock", "free: no server has used it yet")
        }
        let end = ":\(status.st_ino)"
        for line in lines("/proc/locks") {
            let words = line.split(separator: " ")
            guard words.count > 5, words[1] == "FLOCK", words[5].hasSuffix(end) else { continue }
            return .ok("lock", "held by the process \(words[4])")
        }
        return .ok("lock", "free: no server runs on it")
    }

    private static func space(_ directory: String, _ reserve: Int) -> Finding {
        guard let space = DiskMetrics.space(of: directory) else { return .failed("space", "cannot be found out") }
        let text = "\(space.free >> 20) MiB of \(space.total >> 20) MiB are free"
        if space.free <= reserve { return .failed("space", text + ", less than the reserve of \(reserve >> 20)") }
        return space.free < 1 << 30 || space.free < space.total / 20 ? .warning("space", text) : .ok("space", text)
    }

    private static func synchronizing(_ directory: String) -> Finding {
        let path = "\(directory)/.doctor-\(getpid())"
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            return .failed("fsync", "no file can be made: \(String(cString: strerror(errno)))")
        }
        defer {
            close(descriptor)
            unlink(path)
        }
        var times: [Duration] = []
        let block = [UInt8](repeating: 0, count: 4_096)
        for _ in 0..<5 {
            let began = ContinuousClock.now
            guard write(descriptor, block, block.count) == block.count, fsync(descriptor) == 0 else {
                return .failed("fsync", String(cString: strerror(errno)))
            }
            times.append(ContinuousClock.now - began)
        }
        let middle = times.sorted()[times.count / 2]
        let text = "4 KiB are on disk after \(milliseconds(middle)) ms"
        return middle > .milliseconds(200)
            ? .warning("fsync", text + ": each submission waits for that") : .ok("fsync", text)
    }

    private static func milliseconds(_ duration: Duration) -> Double { (duration / .microseconds(10)).rounded() / 100 }

    static func lines(_ path: String) -> [Substring] {
        guard let file = fopen(path, "re") else { return [] }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = fread(&buffer, 1, buffer.count, file)
            bytes += buffer[..<count]
            if count == 0 { break }
        }
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n")
    }
}
