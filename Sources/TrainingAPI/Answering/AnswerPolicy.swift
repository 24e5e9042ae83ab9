import HTTPDaemon

/// What every answer gets on its way out, whoever made it: validators and how it may be stored. It reads of an answer no
/// more than what is sent, so that a controller says what differs from the rule by a header.
///
/// The rule: the answer to a successful `GET` is its owner's, may be kept and must be asked for again by its tag, which
/// is made of its bytes unless the controller brings a cheaper one. Nothing else is to be kept.
package struct AnswerPolicy: Sendable {
    /// A policy.
    package init() {}

    /// What is decided about a request, its answer with all that belongs to it.
    package func applied(to decision: RequestDecision, for head: HTTPRequestHead) -> RequestDecision {
        switch decision {
        case .refuse(let response): .refuse(answer(response, to: head))
        case .answer(let response): .answer(answer(response, to: head))
        case .accept(let bodyLimit, let storage, let execution, let handle):
            .accept(bodyLimit: bodyLimit, storage: storage, execution: execution) { answer(handle($0), to: head) }
        }
    }

    /// The answer with all that belongs to it; to no head the answer to a request that could not be read.
    package func answer(_ response: HTTPResponse, to head: HTTPRequestHead?) -> HTTPResponse {
        if case .deferred(let deferred) = response.body { return .deferred(deferred.map { answer($0, to: head) }) }
        var response = response
        let given = AnswerFields(response.headers)
        if given.cacheControl == nil {
            response.headers.append(given.isOwners(response, head) ? AnswerPolicy.owners : AnswerPolicy.nobodys)
        }
        if let head, response.status == 200, let tag = tag(of: &response, given, for: head) {
            let known = head.headers.values(of: "If-None-Match")
            if EntityTagCondition.matches(tag, in: known) { response = response.notModified }
        }
        return response
    }

    /// The validator of an answer to `GET`, which it gets if it has none.
    private func tag(
        of response: inout HTTPResponse, _ given: AnswerFields, for head: HTTPRequestHead
    ) -> EntityTag? {
        if let tag = given.tag { return EntityTag(text: tag) }
        guard given.isOwners(response, head), case .bytes(let bytes) = response.body else { return nil }
        let tag = EntityTag(of: bytes)
        response.headers.append(("ETag", tag.text))
        return tag
    }

    private static let owners = (name: "Cache-Control", value: "private, no-cache")
    private static let nobodys = (name: "Cache-Control", value: "no-store")
}

/// What the headers of an answer say that the policy goes by.
struct AnswerFields {
    private(set) var tag: String?
    private(set) var cacheControl: String?

    init(_ headers: [(name: String, value: String)]) {
        for (name, value) in headers {
            switch name {
            case "ETag": tag = value
            case "Cache-Control": cacheControl = value
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
}

extension HTTPResponse {
    /// Tells the client that it has this answer already, by the headers that a stored one is brought up to date with. The
    /// body is not sent, but its length is: no other may be told.
    fileprivate var notModified: HTTPResponse {
        HTTPResponse(
            status: 304,
            headers: headers.filter { ["ETag", "Cache-Control", "Vary", "Content-Location"].contains($0.name) },
            body: body)
    }
}
