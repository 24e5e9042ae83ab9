import HTTPDaemon
import Jobs

extension RequestOrigin {
    /// The names of the request that `head` begins.
    init(_ head: HTTPRequestHead) {
        let trace = TraceContext(head.headers)
        self.init(requestID: head.record.id, traceParent: trace?.parent, traceState: trace?.state)
    }
}
