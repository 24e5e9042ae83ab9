import Glibc
import Jobs

/// Brings lines to a descriptor by a thread of its own, so that nobody waits for whoever reads them. What comes faster
/// than it is read is kept up to a limit, then dropped, counted, and told of.
public final class LogOutput: Sendable {
    private struct State {
        var waiting: [UInt8] = []
        var isUrgent = false
        /// Since it was last told of, and in all.
        var dropped = 0
        var droppedInAll = 0
        var isClosed = false
        /// All bytes that were taken up to now have been written, or given up.
        var isIdle = true
    }

    /// How its lines look.
    public let format: LogFormat
    private let capacity: Int
    private let state = Guarded(State())

    /// Lines go to `descriptor`, which stays the caller's. At most `capacity` bytes wait.
    public init(
        _ format: LogFormat, descriptor: Int32 = STDERR_FILENO, capacity: Int = 1 << 20
    ) throws(ThreadError) {
        self.format = format
        self.capacity = capacity
        try WorkerThread(stackSize: 1 << 18) { [state] in
            LogOutput.work(state, format, descriptor)
        }.abandon()
    }

    deinit { close() }

    /// Takes a line. One that is not urgent may wait some milliseconds for others to be written with it.
    package func append(_ line: [UInt8], isUrgent: Bool) {
        let mustWake = state.withLock { state in
            guard !state.isClosed else { return false }
            guard state.waiting.count + line.count <= capacity else {
                state.dropped += 1
                state.droppedInAll += 1
                return false
            }
            let wasEmpty = state.waiting.isEmpty
            state.waiting.append(contentsOf: line)
            state.isIdle = false
            defer { state.isUrgent = state.isUrgent || isUrgent }
            return wasEmpty || (isUrgent && !state.isUrgent)
        }
        if mustWake { state.ringOnce(.work) }
    }

    /// Lines that were dropped ever.
    public var droppedInAll: Int { state.withLock { $0.droppedInAll } }

    /// Returns when all lines so far are written, or after `timeout`.
    public func flush(timeout: Duration = .seconds(1)) {
        state.withLock { $0.isUrgent = true }
        state.ringOnce(.work)
        let _: Bool? = state.wait(for: .stop, timeout: timeout) { $0.isIdle ? true : nil }
    }

    /// Takes no more lines; those that wait are still written.
    public func close() {
        state.withLock { $0.isClosed = true }
        state.ringOnce(.work)
    }

    private static func work(_ state: Guarded<State>, _ format: LogFormat, _ descriptor: Int32) {
        var lines: [UInt8] = []
        while true {
            let isOver = state.wait(for: .work) { $0.waiting.isEmpty ? ($0.isClosed ? true : nil) : false }
            if isOver != false { return }
            // A few lines at a time cost a few calls of the system less.
            let _: Bool? = state.wait(for: .work, timeout: gathering) { $0.isUrgent || $0.isClosed ? true : nil }
            let dropped = state.withLock { state in
                swap(&lines, &state.waiting)
                state.isUrgent = false
                defer { state.dropped = 0 }
                return state.dropped
            }
            if dropped > 0 {
                var line = LogLine(
                    format, at: .now(), level: "warning",
                    message: "lines of the log were dropped: it is read too slowly")
                line.add("count", dropped)
                lines.append(contentsOf: line.finish())
            }
            write(lines, to: descriptor)
            lines.removeAll(keepingCapacity: lines.capacity <= 1 << 21)
            state.withLock { $0.isIdle = $0.waiting.isEmpty }
            state.ring(.stop)
        }
    }

    /// There is nowhere to report a failure to.
    private static func write(_ lines: [UInt8], to descriptor: Int32) {
        lines.withUnsafeBytes { bytes in
            var rest = bytes[...]
            while !rest.isEmpty {
                let part = UnsafeRawBufferPointer(rebasing: rest)
                let count = Glibc.write(descriptor, part.baseAddress, part.count)
                if count > 0 {
                    rest = rest.dropFirst(count)
                } else if errno == EAGAIN {
                    var polled = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                    poll(&polled, 1, 1_000)
                } else if errno != EINTR {
                    return
                }
            }
        }
    }

    private static let gathering = Duration.milliseconds(10)
}
