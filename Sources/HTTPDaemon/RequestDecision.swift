/// What the router decides from a request's head, before any of its body is read.
public enum RequestDecision: Sendable {
    /// Answers at once. A body still on its way is not asked for (no `100 Continue`), and where there is one the
    /// connection is closed.
    case refuse(HTTPResponse)

    /// Answers at once with what was at hand; only for a request without a body.
    case answer(HTTPResponse)

    /// Takes a body of at most `bodyLimit` bytes and answers with what `handle` returns. A larger body is answered
    /// with the configuration's response to `RequestFault.bodyTooLarge`.
    case accept(
        bodyLimit: Int = 0, storage: BodyStorage = .memory, execution: HandlerExecution = .immediate,
        handle: @Sendable (HTTPRequest) -> HTTPResponse)
}

/// Where an accepted body is kept.
public enum BodyStorage: Sendable {
    case memory
    /// In a temporary file of this directory, which must exist. It is removed with the request unless it is moved. A body
    /// of more than `room` bytes finds the disk full.
    case spool(directory: String, room: Int = .max)
}

/// Where a handler runs.
public enum HandlerExecution: Sendable {
    /// On the thread that serves the connection, with many others: it must not block.
    case immediate
    /// On the daemon's background threads, the connection suspended meanwhile.
    case background
    /// Likewise, on threads of their own: work that takes seconds must not keep short requests waiting.
    case heavy
}

/// What goes wrong with a request outside its handler. The configuration turns it into a response.
public enum RequestFault: Error, Sendable {
    case malformed(MalformedRequest)
    /// The body is larger than `limit` bytes.
    case bodyTooLarge(limit: Int)
    /// The body could not be written to its temporary file: the disk is full or broken.
    case spoolFailed(SystemError)
    /// The daemon is stopping and finishes no more requests.
    case stopping
    /// The request did not come in time: its head took too long, or its body comes too slowly.
    case requestTimeout
    /// There are as many connections as are allowed.
    case tooManyConnections
    /// The handler's response cannot be sent: its status is out of range, or a header holds a line break or is
    /// one of those that the daemon writes itself.
    case invalidResponse

    /// The status that fits.
    public var status: Int {
        switch self {
        case .malformed(let reason): reason.status
        case .bodyTooLarge: 413
        case .spoolFailed: 507
        case .stopping, .tooManyConnections: 503
        case .requestTimeout: 408
        case .invalidResponse: 500
        }
    }
}
