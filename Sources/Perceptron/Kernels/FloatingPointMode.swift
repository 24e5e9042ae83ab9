import CFloatingPoint

/// The calling thread's treatment of denormal numbers.
enum FloatingPointMode {
    /// Runs `body` with denormals taken as 0. Without it half of Adam's moments end as denormals and cost four times
    /// the time.
    static func flushingDenormals<Result, Failure: Error>(
        _ body: () throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let before = cfloatingpoint_flush_denormals()
        defer { cfloatingpoint_restore(before) }
        return try body()
    }
}
