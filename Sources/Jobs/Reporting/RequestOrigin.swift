/// The request that made something: kept with it, so that what happens to it later is found by the same names.
public struct RequestOrigin: Hashable, Sendable {
    /// The request's name.
    public var requestID: String
    /// The trace that the request was part of, a well-formed `traceparent` of W3C Trace Context.
    public var traceParent: String?
    /// What the client's tracing system keeps beside it, its `tracestate`.
    public var traceState: String?

    /// An origin.
    public init(requestID: String, traceParent: String? = nil, traceState: String? = nil) {
        self.requestID = requestID
        self.traceParent = traceParent
        self.traceState = traceState
    }

    /// From the columns of a table.
    package init?(requestID: String?, traceParent: String?, traceState: String?) {
        guard let requestID else { return nil }
        self.init(requestID: requestID, traceParent: traceParent, traceState: traceState)
    }

    /// The trace's own name, for logs.
    public var traceID: String? {
        traceParent.map { String($0.dropFirst(3).prefix(32)) }
    }

    var fields: Notice.Fields {
        [("request_id", .text(requestID))] + (traceID.map { [("trace_id", .text($0))] } ?? [])
    }
}

extension Job {
    /// What a notice about the job is marked with.
    package var noticeFields: Notice.Fields {
        [("job", .text(id.description))] + (sweep.map { [("sweep", .text($0.sweep.description))] } ?? [])
            + (origin?.fields ?? [])
    }
}

extension Sweep {
    /// What a notice about the sweep is marked with.
    package var noticeFields: Notice.Fields {
        [("sweep", .text(id.description))] + (origin?.fields ?? [])
    }
}
