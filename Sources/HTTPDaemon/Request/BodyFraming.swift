/// How the length of a request's body is told (RFC 9112, 6).
public enum BodyFraming: Sendable, Equatable {
    case none
    /// `Content-Length`, in bytes; may be 0.
    case length(Int)
    case chunked

    /// Reads the framing headers strictly. Whatever two servers could read differently is refused:
    /// that difference is what request smuggling lives on.
    init(headers: HTTPHeaders, version: HTTPVersion) throws(MalformedRequest) {
        var hosts = 0
        var lengths: [String] = []
        var codings: [String] = []
        for field in headers.fields {
            try Self.check(field)
            if field.name.equalsIgnoringASCIICase("Host") {
                hosts += 1
                guard field.value.isHost else { throw .invalidHost }
            } else if field.name.equalsIgnoringASCIICase("Content-Length") {
                lengths.append(field.value)
            } else if field.name.equalsIgnoringASCIICase("Transfer-Encoding") {
                codings.append(field.value)
            }
        }
        if hosts == 0 && version >= .http11 { throw .missingHost }
        if hosts > 1 { throw .severalHosts }
        if !lengths.isEmpty && !codings.isEmpty { throw .contentLengthWithTransferEncoding }
        if lengths.count > 1 { throw .severalContentLengths }
        if let coding = codings.first {
            if version < .http11 { throw .transferEncodingBeforeHTTP11 }
            guard codings.count == 1, coding.equalsIgnoringASCIICase("chunked") else {
                throw .unsupportedTransferEncoding
            }
            self = .chunked
        } else if let length = lengths.first {
            guard !length.isEmpty, length.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let count = Int(length)
            else {
                throw .invalidContentLength
            }
            self = .length(count)
        } else {
            self = .none
        }
    }

    private static func check(_ field: HTTPHeaders.Field) throws(MalformedRequest) {
        guard field.name.isHTTPToken else { throw .invalidHeaderName }
        guard field.value.withBytes({ $0.allSatisfy { ($0 >= 0x20 && $0 != 0x7F) || $0 == 0x09 } }) else {
            throw .invalidHeaderValue
        }
    }
}

extension String {
    /// Whether this may be the value of `Host`: what has no meaning there could have one for another server. It may be empty.
    var isHost: Bool {
        withBytes { bytes in
            bytes.allSatisfy { byte in
                switch byte {
                case 0...0x20, 0x7F, UInt8(ascii: "/"), UInt8(ascii: "?"), UInt8(ascii: "#"),
                    UInt8(ascii: "@"), UInt8(ascii: ","), UInt8(ascii: "\\"):
                    false
                default: true
                }
            }
        }
    }

    /// Whether this is a token of RFC 9110, 5.6.2.
    var isHTTPToken: Bool {
        withBytes { !$0.isEmpty && $0.allSatisfy(\.isHTTPTokenByte) }
    }
}

extension UInt8 {
    fileprivate var isHTTPTokenByte: Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        case UInt8(ascii: "!"), UInt8(ascii: "#"), UInt8(ascii: "$"), UInt8(ascii: "%"), UInt8(ascii: "&"),
            UInt8(ascii: "'"), UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."),
            UInt8(ascii: "^"), UInt8(ascii: "_"), UInt8(ascii: "`"), UInt8(ascii: "|"), UInt8(ascii: "~"):
            true
        default: false
        }
    }
}
