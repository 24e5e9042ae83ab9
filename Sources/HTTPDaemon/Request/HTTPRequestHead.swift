/// The HTTP versions this server speaks.
public enum HTTPVersion: String, Sendable, Comparable {
    case http10 = "HTTP/1.0"
    case http11 = "HTTP/1.1"

    /// Older comes first.
    public static func < (left: HTTPVersion, right: HTTPVersion) -> Bool {
        left == .http10 && right == .http11
    }
}

/// Everything known of a request before its body is read: enough to route it or to refuse it. It never changes, and goes
/// through many hands: a class, so that each holds one reference and not ten.
public final class HTTPRequestHead: Sendable {
    /// The method as sent, `HEAD` included.
    public let method: String
    /// The target as sent, still encoded.
    public let target: String
    /// The decoded segments: `/` has none, `/a/` has `["a", ""]`. A segment may hold any character, `/` included;
    /// `..` is a segment like any other.
    public let path: [String]
    /// The decoded query, in order; `+` is a space.
    public let query: [QueryParameter]
    /// As sent.
    public let headers: HTTPHeaders
    /// How the body's length is told.
    public let framing: BodyFraming
    /// As sent.
    public let version: HTTPVersion
    /// The client's numeric address without a port; IPv4 in dotted form also when it came through IPv6.
    public let peerAddress: String
    /// What is noted of the request while it is answered.
    public let record: RequestRecord

    /// The method to find a handler by: `GET` for `HEAD`, which the daemon answers with a `GET` handler's
    /// response less its body.
    public var routedMethod: String { method == "HEAD" ? "GET" : method }

    /// The declared size of the body in bytes: nil where it is chunked, 0 where there is no body.
    public var contentLength: Int? {
        switch framing {
        case .none: 0
        case .length(let count): count
        case .chunked: nil
        }
    }

    /// Whether the next request can begin only where it is taken to. Not after chunks: for libmicrohttpd the lines between
    /// them may end in LF alone, and trailers hold anything. After `CONNECT` a client may speak another protocol at once.
    var hasCertainEnd: Bool { framing != .chunked && method != "CONNECT" }

    /// Bytes of a target, at most.
    static let targetLimit = 8 << 10

    /// Takes a request's first line and headers apart and checks them.
    public init(
        method: String, target: String, headers: HTTPHeaders = ["Host": "localhost"], version: HTTPVersion = .http11,
        peerAddress: String = "127.0.0.1"
    ) throws(MalformedRequest) {
        guard method.isHTTPToken else { throw .invalidMethod }
        if target == "*" && method != "OPTIONS" { throw .invalidTarget }
        let parts = try RequestTarget(target)
        self.method = method
        self.target = target
        path = parts.path
        query = parts.query
        self.headers = headers
        framing = try BodyFraming(headers: headers, version: version)
        if version >= .http11, let expected = headers["Expect"], !expected.equalsIgnoringASCIICase("100-continue") {
            throw .unknownExpectation
        }
        self.version = version
        self.peerAddress = peerAddress
        record = RequestRecord(headers: headers)
    }
}
