/// What a handler answers. The daemon adds `Date`, `Content-Length` or `Transfer-Encoding`, and `Connection`;
/// a response that brings one of the last three itself is `RequestFault.invalidResponse`.
public struct HTTPResponse: Sendable {
    /// Where the body comes from.
    public enum Body: Sendable {
        case empty
        case bytes([UInt8])
        case stream(ResponseStream)
        case file(ResponseFile)
    }

    /// 200 to 999.
    public var status: Int
    public var headers: [(name: String, value: String)]
    public var body: Body

    public init(status: Int, headers: [(name: String, value: String)] = [], body: Body = .empty) {
        self.status = status
        self.headers = headers
        self.body = body
    }
}
