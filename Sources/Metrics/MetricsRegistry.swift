import Synchronization

/// Everything that is measured, by those who write it when it is asked for.
public final class MetricsRegistry: Sendable {
    /// Writes some families.
    public typealias Source = @Sendable (inout MetricsText) -> Void

    private let sources = Mutex<[Source]>([])

    /// Empty.
    public init() {}

    /// Adds families to what is written; no two sources may write the same.
    public func register(_ source: @escaping Source) { sources.withLock { $0.append(source) } }

    /// All families as they are now.
    public func text() -> [UInt8] {
        var text = MetricsText()
        for source in sources.withLock({ $0 }) { source(&text) }
        return text.bytes
    }
}
