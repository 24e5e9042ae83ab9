/// How long to wait before a failed call to the store is repeated.
public struct Backoff: Sendable {
    /// The first wait.
    public var initial: Duration
    /// The longest wait; each is twice the one before.
    public var longest: Duration

    /// Waits from 50 ms to 5 s, unless told otherwise.
    public init(initial: Duration = .milliseconds(50), longest: Duration = .seconds(5)) {
        self.initial = initial
        self.longest = longest
    }

    /// The wait after `failures` failures in a row, ≥ 1.
    func wait(after failures: Int) -> Duration {
        min(longest, initial * (1 << min(failures - 1, 20)))
    }
}
