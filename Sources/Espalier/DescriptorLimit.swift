import Glibc

/// How many files and sockets the process may have open.
enum DescriptorLimit {
    /// Raises it to what the system allows at most: the usual limit is for programs that use select(2).
    static func raise() {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0, limit.rlim_cur < limit.rlim_max
        else {
            return
        }
        limit.rlim_cur = limit.rlim_max
        // Where it cannot be raised the lower one holds; connections then wait for descriptors.
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }
}
