import HTTPDaemon

/// Which pages of other origins may use the service from a browser (WHATWG Fetch, CORS protocol). They send their API key as
/// a header of the request; cookies and the like, which the service has none of, are never asked for.
public struct CrossOriginPolicy: Sendable {
    private enum Allowed: Sendable {
        case all
        case listed(Set<String>)
    }

    private let allowed: Allowed

    /// - Parameter origins: as browsers send them, `https://a.example`; or `*` for all. Nil where there are none.
    /// - Throws: for what is no origin.
    public init?(origins: [String]) throws(InvalidOrigin) {
        if origins.isEmpty { return nil }
        if origins.contains("*") {
            allowed = .all
            return
        }
        var listed: Set<String> = []
        for origin in origins { listed.insert(try CrossOriginPolicy.normalized(origin)) }
        allowed = .listed(listed)
    }

    /// Adds what lets the page that asked read the answer, if it may.
    func addHeaders(to response: inout HTTPResponse, for head: HTTPRequestHead?) {
        if case .listed = allowed { response = response.varying(by: "Origin") }
        guard let origin = granted(head) else { return }
        response.headers.append(("Access-Control-Allow-Origin", origin))
        response.headers.append(CrossOriginPolicy.exposed)
    }

    /// The answer to a preflight; nil where the request is none, or its page may not.
    func preflight(_ head: HTTPRequestHead, methods: () -> [String]) -> HTTPResponse? {
        guard head.headers["Access-Control-Request-Method"] != nil, head.headers["Origin"] != nil,
            let origin = granted(head)
        else { return nil }
        let methods = methods()
        if methods.isEmpty { return nil }
        var headers = [
            (name: "Access-Control-Allow-Origin", value: origin),
            ("Access-Control-Allow-Methods", methods.joined(separator: ", ")),
            ("Access-Control-Allow-Headers", CrossOriginPolicy.requestHeaders),
            ("Access-Control-Max-Age", "7200"), ("Cache-Control", "no-store"),
        ]
        if case .listed = allowed { headers.append(("Vary", "Origin")) }
        return HTTPResponse(status: 204, headers: headers)
    }

    /// What `Access-Control-Allow-Origin` says; nil for nothing.
    private func granted(_ head: HTTPRequestHead?) -> String? {
        switch allowed {
        case .all: return "*"
        case .listed(let origins):
            guard let given = head?.headers.values(of: "Origin"), given.count == 1, origins.contains(given[0])
            else { return nil }
            return given[0]
        }
    }

    /// As a browser would write it: scheme and host in lower case, without the scheme's own port.
    private static func normalized(_ text: String) throws(InvalidOrigin) -> String {
        let origin = text.lowercased()
        let parts = origin.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, let scheme = parts.first, let first = scheme.first, first.isASCII, first.isLetter,
            scheme.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || "+-.".contains($0)) }),
            parts[1].hasPrefix("//")
        else { throw InvalidOrigin(text: text) }
        let authority = parts[1].dropFirst(2)
        guard !authority.isEmpty,
            authority.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || "-._:[]".contains($0)) })
        else { throw InvalidOrigin(text: text) }
        let port = ["https": ":443", "http": ":80"][scheme]
        if let port, authority.hasSuffix(port) { return String(origin.dropLast(port.count)) }
        return origin
    }

    private static let exposed = (
        name: "Access-Control-Expose-Headers",
        value: """
        Location, ETag, Allow, Accept-Ranges, Content-Range, Content-Encoding, Retry-After, Idempotent-Replayed, \
        Preference-Applied, RateLimit, RateLimit-Policy, WWW-Authenticate, X-Request-Id
        """
    )
    private static let requestHeaders = """
        Authorization, Content-Type, Accept, Idempotency-Key, If-None-Match, If-Range, Last-Event-ID, Prefer, Range, \
        traceparent, tracestate, X-Request-Id
        """
}

/// A text that is no origin.
public struct InvalidOrigin: Error, Sendable, CustomStringConvertible {
    /// The text.
    public let text: String

    /// One sentence for the operator.
    public var description: String {
        "\"\(text)\" is not an origin such as https://a.example or http://localhost:3000, without a path, or *"
    }
}
