/// Why a request is refused before any handler sees it. The connection is closed after the answer:
/// once the framing is in doubt, what follows on the wire cannot be told from another request.
public enum MalformedRequest: Error, Sendable, Equatable, CaseIterable {
    case invalidMethod
    case invalidTarget
    case invalidPercentEncoding
    /// A percent-encoded or raw NUL byte in the target.
    case nulByte
    /// The target is not UTF-8 once decoded.
    case invalidUTF8
    /// A header name that is no token: white space before the colon is the usual case.
    case invalidHeaderName
    /// A control character in a header value.
    case invalidHeaderValue
    /// HTTP/1.1 without `Host`.
    case missingHost
    case severalHosts
    case invalidContentLength
    case severalContentLengths
    case contentLengthWithTransferEncoding
    /// `Transfer-Encoding` other than a single `chunked`.
    case unsupportedTransferEncoding
    /// `Transfer-Encoding` in a request older than HTTP/1.1, which knows none.
    case transferEncodingBeforeHTTP11
    /// A line that does not end in CRLF, is continued on the next one, or holds a NUL byte; or more than one space between
    /// the parts of the first.
    case brokenLine
    /// `Host` is not a host with or without a port.
    case invalidHost
    case targetTooLong
    case headersTooLarge
    /// An `Expect` other than `100-continue`.
    case unknownExpectation

    /// The status that fits.
    public var status: Int {
        switch self {
        case .unsupportedTransferEncoding: 501
        case .targetTooLong: 414
        case .headersTooLarge: 431
        case .unknownExpectation: 417
        default: 400
        }
    }

    /// One sentence for the client.
    public var detail: String {
        switch self {
        case .invalidMethod: "The request method is not a token."
        case .invalidTarget: "The request target is not an absolute path."
        case .invalidPercentEncoding: "The request target holds a percent sign without two hexadecimal digits."
        case .nulByte: "The request target holds a NUL byte."
        case .invalidUTF8: "The request target is not UTF-8 once decoded."
        case .invalidHeaderName: "A header name holds a character that is not allowed there."
        case .invalidHeaderValue: "A header value holds a control character."
        case .missingHost: "The Host header is missing."
        case .severalHosts: "There is more than one Host header."
        case .invalidContentLength: "The Content-Length is not a whole number."
        case .severalContentLengths: "There is more than one Content-Length header."
        case .contentLengthWithTransferEncoding: "Content-Length and Transfer-Encoding exclude each other."
        case .unsupportedTransferEncoding: "The only Transfer-Encoding understood is chunked."
        case .transferEncodingBeforeHTTP11: "Transfer-Encoding needs HTTP/1.1."
        case .brokenLine: "A line of the request is folded, does not end in CRLF, or holds a NUL byte."
        case .invalidHost: "The Host header is not a host with or without a port."
        case .targetTooLong: "The request target is longer than \(HTTPRequestHead.targetLimit) bytes."
        case .headersTooLarge: "The request's headers are too large."
        case .unknownExpectation: "The only expectation understood is 100-continue."
        }
    }
}
