import Glibc
import Synchronization

/// What is known of one request beside its head, from its first call to its last. Whoever has the request may note
/// something; whoever observes requests reads it at the end.
public final class RequestRecord: Sendable {
    /// The request's name: the client's own, or a new one.
    public let id: String
    let began: UInt64
    private let routeNumber = Atomic<Int>(-1)
    private let bytes = Atomic<Int>(0)
    private let callerName = Mutex<String?>(nil)

    /// A request that begins now.
    init(headers: HTTPHeaders) {
        id = RequestID.of(headers)
        began = RequestRecord.now()
    }

    /// The place of its route in the router's table; nil where no route is.
    public var route: Int? {
        get {
            let number = routeNumber.load(ordering: .relaxed)
            return number < 0 ? nil : number
        }
        set { routeNumber.store(newValue ?? -1, ordering: .relaxed) }
    }

    /// Who makes the request, where that is known.
    public var caller: String? {
        get { callerName.withLock { $0 } }
        set { callerName.withLock { $0 = newValue } }
    }

    /// Bytes of the body that was answered, as far as it was sent.
    var bytesSent: Int { bytes.load(ordering: .relaxed) }

    func noteSent(_ count: Int) { bytes.wrappingAdd(count, ordering: .relaxed) }

    /// Nanoseconds on a clock that is never set.
    static func now() -> UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }
}

/// What became of one request, told when it is over.
public struct RequestSummary: Sendable {
    /// Its head; nil where it was malformed.
    public let head: HTTPRequestHead?
    /// What was noted of it.
    public let record: RequestRecord
    /// The client's numeric address.
    public let peerAddress: String
    /// The status of its answer; nil where it had none, because the client went away before.
    public let status: Int?
    /// Bytes of its own body that were read.
    public let bytesReceived: Int
    /// Bytes of its answer's body.
    public let bytesSent: Int
    /// From the end of its headers to the end of its answer.
    public let nanoseconds: UInt64
    /// Whether the answer was sent to its end.
    public let isComplete: Bool
}
