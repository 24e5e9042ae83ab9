import Glibc

/// What the system says of this process, by the names that all Prometheus clients use.
public enum ProcessMetrics {
    /// Writes the families; what the system does not tell is left out.
    public static func write(to text: inout MetricsText) {
        var time = timespec()
        if clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time) == 0 {
            text.single(
                "process_cpu_seconds_total", .counter, "User and system time of all threads.",
                Double(time.tv_sec) + Double(time.tv_nsec) / 1e9)
        }
        if let pages = words("/proc/self/statm")?.prefix(2).compactMap({ Int($0) }), pages.count == 2 {
            text.single(
                "process_virtual_memory_bytes", .gauge, "Size of the address space.", pages[0] * pageSize)
            text.single(
                "process_resident_memory_bytes", .gauge, "Memory that is really there.", pages[1] * pageSize)
        }
        if let start = startSeconds() {
            text.single(
                "process_start_time_seconds", .gauge, "When the process began, in seconds since 1970.", start)
        }
        if let open = openDescriptors() {
            text.single("process_open_fds", .gauge, "Open file descriptors.", open)
        }
        if let most = mostDescriptors {
            text.single("process_max_fds", .gauge, "Most file descriptors that may be open.", most)
        }
    }

    private static let pageSize = sysconf(Int32(_SC_PAGESIZE))

    /// Most file descriptors that this process may have open; nil where the system does not tell.
    public static var mostDescriptors: Int? {
        let line = contents("/proc/self/limits")?.split(separator: "\n").first { $0.hasPrefix("Max open files") }
        guard let word = line?.split(separator: " ").dropFirst(3).first else { return nil }
        return word == "unlimited" ? Int.max : Int(word)
    }

    private static func words(_ path: String) -> [Substring]? {
        contents(path)?.split(whereSeparator: { $0 == " " || $0 == "\n" })
    }

    private static func contents(_ path: String) -> String? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 4_096)
        let count = read(descriptor, &bytes, bytes.count)
        return count > 0 ? String(decoding: bytes[..<count], as: UTF8.self) : nil
    }

    /// The system's boot time, and after that clock ticks: the twenty-second word of `stat`, counted behind the name.
    private static func startSeconds() -> Double? {
        guard let stat = contents("/proc/self/stat"), let end = stat.lastIndex(of: ")") else { return nil }
        let rest = stat[end...].split(separator: " ")
        guard rest.count > 20, let ticks = Double(rest[20]) else { return nil }
        var now = timespec()
        var up = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        clock_gettime(CLOCK_BOOTTIME, &up)
        let boot = Double(now.tv_sec - up.tv_sec) + Double(now.tv_nsec - up.tv_nsec) / 1e9
        // Of the two clocks, read one after the other, microseconds mean nothing.
        return ((boot + ticks / Double(sysconf(Int32(_SC_CLK_TCK)))) * 100).rounded() / 100
    }

    private static func openDescriptors() -> Int? {
        guard let listing = opendir("/proc/self/fd") else { return nil }
        defer { closedir(listing) }
        var count = 0
        while readdir(listing) != nil { count += 1 }
        // Without `.`, `..` and the listing's own.
        return count - 3
    }
}

/// What the file system of a directory has left.
public enum DiskMetrics {
    /// Free for this user, and in all, in bytes; nil where the system does not tell.
    public static func space(of directory: String) -> (free: Int, total: Int)? {
        var status = statvfs()
        guard statvfs(directory, &status) == 0 else { return nil }
        return (bytes(status.f_bavail, of: status.f_frsize), bytes(status.f_blocks, of: status.f_frsize))
    }

    /// Some file systems say that they are larger than any number.
    package static func bytes(_ blocks: UInt, of size: UInt) -> Int {
        let (bytes, overflows) = blocks.multipliedReportingOverflow(by: size)
        return overflows ? .max : Int(clamping: bytes)
    }

    /// Writes the families of `directory`.
    public static func write(of directory: String, to text: inout MetricsText) {
        guard let space = space(of: directory) else { return }
        text.single("espalier_disk_free_bytes", .gauge, "Free space where the data directory is.", space.free)
        text.single(
            "espalier_disk_size_bytes", .gauge, "Size of the file system that the data directory is on.", space.total)
    }
}
