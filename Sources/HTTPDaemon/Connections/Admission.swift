import CMicroHTTPD
import Glibc

/// What is done with a connection that was accepted: it is served, or turned away with an answer that says so.
final class Admission: Sendable {
    private let connections: OpenConnections
    private let threads: [ServingThread]
    private let refusal: Refusal?
    private let leaving: LingeringClose

    /// - Parameter refusal: what those are told who are too many; nil where they cannot be told.
    init(_ connections: OpenConnections, threads: [ServingThread], limits: ConnectionLimits, refusal: Refusal?) {
        self.connections = connections
        self.threads = threads
        self.refusal = refusal
        leaving = LingeringClose(most: limits.refusals, budget: 64 << 10)
    }

    /// Whether another connection can be served, or at least be told that it cannot.
    var hasRoom: Bool { !connections.isFull || !leaving.isFull }

    /// Takes the connection over; never waits.
    func take(_ descriptor: Int32, _ address: SocketAddress) {
        switch connections.add(descriptor, address) {
        case .admitted(let socket):
            if !threads[socket.thread].add(descriptor, address) { connections.remove(descriptor) }
        case .refused:
            refuse(descriptor)
        }
    }

    /// Returns when nobody lingers any more.
    func close() { leaving.close() }

    private func refuse(_ descriptor: Int32) {
        guard let refusal else {
            Glibc.close(descriptor)
            return
        }
        refusal.send(to: descriptor)
        shutdown(descriptor, Int32(SHUT_WR))
        leaving.take(descriptor, for: .seconds(1))
    }
}
