/// The sending end of a body that takes time to make: it is made on the heavy threads, one block ahead of what is sent. A
/// client that reads slowly holds no thread, and two blocks of memory at most.
// Unchecked: `reader` is used by one production at a time, which `State.isProducing` sees to; all else is a constant or
// behind the lock of `state`.
final class ProducedSource: @unchecked Sendable {
    private enum Ending {
        case complete, failed
    }

    private struct State {
        var current: [UInt8] = []
        var sent = 0
        var next: [UInt8]?
        /// How the body ends after what is at hand.
        var ending: Ending?
        var isProducing = false
        var isSuspended = false
        var isOver = false

        /// The next step, if there is one.
        mutating func take(into buffer: UnsafeMutableRawBufferPointer) -> ResponseStream.Step? {
            if sent == current.count {
                guard let block = next else {
                    return ending.map { $0 == .complete ? .end : .failed }
                }
                (current, sent, next) = (block, 0, nil)
            }
            let count = min(buffer.count, current.count - sent)
            current.withUnsafeBytes {
                buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[sent..<sent + count]))
            }
            sent += count
            return .filled(count)
        }

        /// Whether the next block is to be made now; it is then taken to be in the making.
        mutating func beginProduction() -> Bool {
            guard next == nil, !isProducing, ending == nil, !isOver else { return false }
            isProducing = true
            return true
        }

        mutating func endProduction(_ block: [UInt8], _ ending: Ending?) {
            isProducing = false
            if !block.isEmpty { next = block }
            if self.ending == nil { self.ending = ending }
        }
    }

    private let state = Monitor(State())
    private let core: DaemonCore
    private let connection: ClientConnection
    private let reader: ResponseStream.Reader

    init(core: DaemonCore, connection: ClientConnection, reader: @escaping ResponseStream.Reader) {
        self.core = core
        self.connection = connection
        self.reader = reader
    }

    private func produce() {
        let isTaken = core.heavyPool.submit { [self] in
            let (block, ending) = makeBlock()
            state.withLock { state in
                state.endProduction(block, ending)
                wake(&state)
            }
        }
        if !isTaken { state.withLock { $0.endProduction([], .failed) } }
    }

    private func makeBlock() -> ([UInt8], Ending?) {
        var ending: Ending?
        let block = [UInt8](unsafeUninitializedCapacity: ProducedSource.blockSize) { block, count in
            while count < block.count {
                let rest = UnsafeMutableRawBufferPointer(UnsafeMutableBufferPointer(rebasing: block[count...]))
                switch reader(rest) {
                case .filled(let filled) where (1...rest.count).contains(filled):
                    count += filled
                case .end:
                    ending = .complete
                    return
                default:
                    ending = .failed
                    return
                }
            }
        }
        return (block, ending)
    }

    private func wake(_ state: inout State) {
        guard state.isSuspended else { return }
        state.isSuspended = false
        connection.resume()
    }

    private static let blockSize = 128 << 10
}

extension ProducedSource: SuspendingSource {
    func read(into buffer: UnsafeMutableRawBufferPointer) -> ResponseStream.Step? {
        let (step, isToProduce) = state.withLock { ($0.take(into: buffer), $0.beginProduction()) }
        if isToProduce { produce() }
        if let step { return step }
        return core.traffic.withLock { traffic in
            guard traffic.suspend(self) else { return .failed }
            // Looked at once more under the lock of the production, so that no wake-up is lost.
            return state.withLock { state in
                if let step = state.take(into: buffer) { return step }
                state.isSuspended = true
                connection.suspend()
                return nil
            }
        }
    }

    func close() {
        core.traffic.withLock { $0.forget(self) }
        state.withLock { $0.isOver = true }
    }

    /// What is being sent is sent to its end.
    func drain() {}

    func abandon() {
        state.withLock { state in
            state.ending = .failed
            state.next = nil
            wake(&state)
        }
    }
}
