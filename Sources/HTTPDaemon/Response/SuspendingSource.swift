/// Where a body comes from that is not always ready when the connection could send.
protocol SuspendingSource: Suspended {
    /// What the connection sends next; nil where there is nothing and the connection has been suspended until there is.
    func read(into buffer: UnsafeMutableRawBufferPointer) -> ResponseStream.Step?

    /// The connection is done with this body.
    func close()
}

/// Makes the sources of a response's body for one connection.
struct BodySources {
    let core: DaemonCore
    let connection: ClientConnection

    func live(_ live: ResponseStream.Live) -> any SuspendingSource {
        let source = LiveSource(core: core, connection: connection, capacity: live.capacity)
        live.start(source)
        return source
    }

    func produced(_ stream: ResponseStream) -> any SuspendingSource {
        ProducedSource(core: core, connection: connection, reader: stream.makeReader())
    }
}
