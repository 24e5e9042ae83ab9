/// What a handler answers. The daemon adds `Date`, `X-Request-Id`, `Content-Length` or `Transfer-Encoding`, and
/// `Connection`; a response that brings one of the last three itself is `RequestFault.invalidResponse`.
public struct HTTPResponse: Sendable {
    /// Where the body comes from.
    public enum Body: Sendable {
        case empty
        case bytes([UInt8])
        case stream(ResponseStream)
        case file(ResponseFile)
        /// The whole answer is made later; status and headers of this one are not sent.
        case deferred(DeferredResponse)
        /// Bytes that name the request they answer, made from its id when they are sent.
        case naming(@Sendable (_ requestID: String) -> [UInt8])
    }

    /// 200 to 999.
    public var status: Int
    /// In the order they are sent.
    public var headers: [(name: String, value: String)]
    /// What follows the headers.
    public var body: Body

    /// A response, empty unless told otherwise.
    public init(status: Int, headers: [(name: String, value: String)] = [], body: Body = .empty) {
        self.status = status
        self.headers = headers
        self.body = body
    }
    /// An answer that is made later.
    public static func deferred(_ response: DeferredResponse) -> HTTPResponse {
        HTTPResponse(status: 200, body: .deferred(response))
    }
}
