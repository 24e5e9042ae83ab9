import HTTPDaemon

/// What the headers of an answer say that the policy goes by.
struct AnswerFields {
    private(set) var tag: String?
    private(set) var cacheControl: String?
    private(set) var mediaType: String?
    private(set) var hasCoding = false

    init(_ headers: [(name: String, value: String)]) {
        for (name, value) in headers {
            switch name {
            case "ETag": tag = value
            case "Cache-Control": cacheControl = value
            case "Content-Type": mediaType = value
            case "Content-Encoding": hasCoding = true
            default: break
            }
        }
    }

    /// Whether the rule makes it an answer that its owner may keep.
    func isOwners(_ response: HTTPResponse, _ head: HTTPRequestHead?) -> Bool {
        guard cacheControl == nil, let head, head.routedMethod == "GET" else { return false }
        if tag != nil { return [200, 206].contains(response.status) }
        if case .bytes = response.body { return response.status == 200 }
        return false
    }

    /// Whether gzip makes it smaller: texts, and no stream of events, in which each must arrive at once.
    var isCompressible: Bool {
        guard !hasCoding, let mediaType else { return false }
        switch mediaType {
        case "application/json", "application/problem+json", "image/svg+xml", "application/yaml": return true
        default: return mediaType.hasPrefix("text/") && !mediaType.hasPrefix("text/event-stream")
        }
    }
}
