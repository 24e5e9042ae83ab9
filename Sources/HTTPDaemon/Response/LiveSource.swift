import Synchronization

/// The sending end of a body that is pushed, as Server-Sent Events are: whoever has it sends when there is something,
/// from any thread, and between two sends the connection costs no thread and no time.
public final class LiveSource: Sendable {
    private struct State {
        /// Sent by the owner, not yet taken by the connection: all from `taken` on.
        var bytes: [UInt8] = []
        var taken = 0
        var isFinished = false
        /// The client reads so slowly that what waits for it outgrew the capacity.
        var isCut = false
        var isOver = false
        var isSuspended = false
        var observers: [@Sendable () -> Void] = []

        /// The next step, if there is one.
        mutating func take(into buffer: UnsafeMutableRawBufferPointer) -> ResponseStream.Step? {
            if isCut { return .failed }
            let count = min(buffer.count, bytes.count - taken)
            guard count > 0 else { return isFinished ? .end : nil }
            bytes.withUnsafeBytes {
                buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[taken..<taken + count]))
            }
            taken += count
            if taken == bytes.count || taken >= LiveSource.compaction {
                bytes.removeFirst(taken)
                taken = 0
            }
            return .filled(count)
        }
    }

    private let state = Mutex(State())
    private let capacity: Int
    private let core: DaemonCore
    private let connection: ClientConnection

    init(core: DaemonCore, connection: ClientConnection, capacity: Int) {
        self.core = core
        self.connection = connection
        self.capacity = capacity
        core.liveStreams.wrappingAdd(1, ordering: .relaxed)
    }

    deinit { core.liveStreams.wrappingSubtract(1, ordering: .relaxed) }

    /// Appends to the body; never waits. A client that is so slow that more than the capacity would wait for it is cut off.
    /// - Returns: false once the body is over and nothing can be sent any more.
    @discardableResult
    public func send(_ bytes: [UInt8]) -> Bool {
        state.withLock { state in
            guard !state.isFinished, !state.isOver, !state.isCut else { return false }
            if state.bytes.count - state.taken + bytes.count > capacity {
                state.isCut = true
            } else {
                state.bytes.append(contentsOf: bytes)
            }
            wake(&state)
            return !state.isCut
        }
    }

    /// Ends the body after what was sent.
    public func finish() {
        state.withLock { state in
            state.isFinished = true
            wake(&state)
        }
    }

    /// Whether nothing is sent any more: everything was, or the client is gone or cut off, or the daemon stopped.
    public var isOver: Bool { state.withLock { $0.isOver } }

    /// Runs `body` once, when the stream is over, at once where it is already. It runs on the connection's thread and must
    /// not block. That a client is gone shows only when something is sent to it: whoever wants to know sends now and then.
    public func whenOver(_ body: @escaping @Sendable () -> Void) {
        let isOver = state.withLock { state in
            if !state.isOver { state.observers.append(body) }
            return state.isOver
        }
        if isOver { body() }
    }

    /// What the connection sends next; nil where there is nothing and the connection has been suspended until there is.
    func read(into buffer: UnsafeMutableRawBufferPointer) -> ResponseStream.Step? {
        if let step = state.withLock({ $0.take(into: buffer) }) { return step }
        return core.traffic.withLock { traffic in
            if core.isDraining.load(ordering: .acquiring) || !traffic.suspend(self) { return .end }
            // Looked at once more under the lock of `send`, so that no wake-up is lost between empty and suspended.
            return state.withLock { state in
                if let step = state.take(into: buffer) { return step }
                state.isSuspended = true
                connection.suspend()
                return nil
            }
        }
    }

    /// The connection is done with this body.
    func close() {
        core.traffic.withLock { $0.forget(self) }
        let observers = state.withLock { state in
            state.isOver = true
            defer { state.observers = [] }
            return state.observers
        }
        for observer in observers { observer() }
    }

    private static let compaction = 64 << 10

    private func wake(_ state: inout State) {
        guard state.isSuspended else { return }
        state.isSuspended = false
        connection.resume()
    }
}

extension LiveSource: SuspendingSource {
    /// A client that wants to go on asks again.
    func drain() { finish() }

    func abandon() { finish() }
}
