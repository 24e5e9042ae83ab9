#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Owns the zeroed, cache-line aligned blocks of one run; all are taken before its loop and go together.
final class Workspace {
    private var blocks: [UnsafeMutableRawPointer] = []

    deinit {
        for block in blocks { free(block) }
    }

    /// `count` zeros. The pointer lives as long as this workspace.
    func take<T: BitwiseCopyable>(_ count: Int, of type: T.Type = T.self) throws(TrainingError) -> UnsafeMutablePointer<
        T
    > {
        let (bytes, overflow) = max(count, 1).multipliedReportingOverflow(by: MemoryLayout<T>.stride)
        var block: UnsafeMutableRawPointer?
        guard !overflow, posix_memalign(&block, 64, bytes) == 0, let block else {
            throw .notEnoughMemory(bytes: overflow ? .max : bytes)
        }
        memset(block, 0, bytes)
        blocks.append(block)
        return block.bindMemory(to: T.self, capacity: max(count, 1))
    }

    /// What the machine has.
    static var physicalBytes: Int {
        let (bytes, overflow) = sysconf(Int32(_SC_PHYS_PAGES)).multipliedReportingOverflow(
            by: sysconf(Int32(_SC_PAGESIZE)))
        return overflow ? .max : bytes
    }
}
