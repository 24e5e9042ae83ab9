#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Owns the zeroed blocks of one run, aligned to and whole multiples of a cache line, which is also the widest vector;
/// all are taken before its loop and go together.
final class Workspace {
    private var blocks: [UnsafeMutableRawPointer] = []

    deinit {
        for block in blocks { free(block) }
    }

    /// `count` zeros. The pointer lives as long as this workspace.
    func take<T: BitwiseCopyable>(_ count: Int, of type: T.Type = T.self) throws(TrainingError) -> UnsafeMutablePointer<
        T
    > {
        let (needed, overflow) = max(count, 1).multipliedReportingOverflow(by: MemoryLayout<T>.stride)
        guard !overflow, needed <= .max - 63 else { throw .notEnoughMemory(bytes: .max) }
        let bytes = (needed + 63) & ~63
        var block: UnsafeMutableRawPointer?
        guard posix_memalign(&block, 64, bytes) == 0, let block else {
            throw .notEnoughMemory(bytes: bytes)
        }
        memset(block, 0, bytes)
        blocks.append(block)
        return block.bindMemory(to: T.self, capacity: max(count, 1))
    }

    /// Gives up a block that was taken here, with `count` numbers in it, to whoever holds the answer.
    func handOver<Number>(_ block: UnsafeMutablePointer<Number>, count: Int) -> NumberBlock<Number> {
        let raw = UnsafeMutableRawPointer(block)
        guard let place = blocks.firstIndex(of: raw) else {
            return NumberBlock(Array(UnsafeBufferPointer(start: block, count: count)))
        }
        let owner = HandedOver(block: raw)
        blocks.remove(at: place)
        return NumberBlock(UnsafeBufferPointer(start: block, count: count), owner: owner)
    }

    /// A block that its workspace no longer frees.
    private final class HandedOver {
        let block: UnsafeMutableRawPointer

        init(block: UnsafeMutableRawPointer) { self.block = block }

        deinit { free(block) }
    }

    /// What the machine has.
    static var physicalBytes: Int {
        let (bytes, overflow) = sysconf(Int32(_SC_PHYS_PAGES)).multipliedReportingOverflow(
            by: sysconf(Int32(_SC_PAGESIZE)))
        return overflow ? .max : bytes
    }
}
