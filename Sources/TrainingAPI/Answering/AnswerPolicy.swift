import HTTPDaemon

/// What every answer gets on its way out, whoever made it: validators and how it may be stored, its coding, what browsers
/// may do with it. It reads of an answer no more than what is sent, so that a controller says what differs from the rule by a
/// header.
///
/// The rule: the answer to a successful `GET` is its owner's, may be kept and must be asked for again by its tag, which
/// is made of its bytes unless the controller brings a cheaper one. Nothing else is to be kept.
public struct AnswerPolicy: Sendable {
    private let browsers: BrowserHeaders
    private let crossOrigin: CrossOriginPolicy?
    private let codedBodies = CodedBodies()

    /// A policy.
    /// - Parameters:
    ///   - crossOrigin: which pages of other origins may read answers; none without.
    ///   - strictTransportSeconds: for so long browsers are to come by TLS alone, where the service is reached by it.
    public init(crossOrigin: CrossOriginPolicy? = nil, strictTransportSeconds: Int? = nil) {
        self.crossOrigin = crossOrigin
        browsers = BrowserHeaders(strictTransportSeconds: strictTransportSeconds)
    }

    /// What is decided about a request, its answer with all that belongs to it.
    package func applied(to decision: RequestDecision, for head: HTTPRequestHead) -> RequestDecision {
        switch decision {
        case .refuse(let response): .refuse(answer(response, to: head))
        case .answer(let response): .answer(answer(response, to: head))
        case .accept(let bodyLimit, let storage, let execution, let handle):
            .accept(bodyLimit: bodyLimit, storage: storage, execution: execution) { answer(handle($0), to: head) }
        }
    }

    /// The answer to a browser that asks whether a page of another origin may make a request; nil for any other request,
    /// and where that page may not. `methods` are those of the path.
    package func preflight(_ head: HTTPRequestHead, methods: () -> [String]) -> RequestDecision? {
        guard head.method == "OPTIONS", head.contentLength == 0, let crossOrigin else { return nil }
        return crossOrigin.preflight(head, methods: methods).map { .answer(finished($0, nil)) }
    }

    /// The answer with all that belongs to it; to no head the answer to a request that could not be read.
    package func answer(_ response: HTTPResponse, to head: HTTPRequestHead?) -> HTTPResponse {
        if case .deferred(let deferred) = response.body { return .deferred(deferred.map { answer($0, to: head) }) }
        var response = response
        let given = AnswerFields(response.headers)
        if given.cacheControl == nil {
            response.headers.append(given.isOwners(response, head) ? AnswerPolicy.owners : AnswerPolicy.nobodys)
        }
        if let head {
            if case .naming(let write) = response.body { response.body = .bytes(write(head.record.id)) }
            let tag = tag(of: response, given, for: head)
            encode(&response, given, tag, for: head)
            if response.status == 200, tag != nil { answerByTag(&response, for: head) }
        }
        crossOrigin?.addHeaders(to: &response, for: head)
        return finished(response, given.mediaType)
    }

    private func finished(_ response: HTTPResponse, _ mediaType: String?) -> HTTPResponse {
        var response = response
        response.headers += browsers.headers(for: mediaType)
        return response
    }

    /// The validator of an answer to `GET` before any coding.
    private func tag(of response: HTTPResponse, _ given: AnswerFields, for head: HTTPRequestHead) -> EntityTag? {
        if let tag = given.tag { return EntityTag(text: tag) }
        guard given.isOwners(response, head), case .bytes(let bytes) = response.body else { return nil }
        return EntityTag(of: bytes)
    }

    /// Chooses the coding, and writes down the tag of what is sent.
    private func encode(
        _ response: inout HTTPResponse, _ given: AnswerFields, _ tag: EntityTag?, for head: HTTPRequestHead
    ) {
        var tag = tag
        if given.isCompressible, let size = response.sizeToCode {
            let isWorthIt = size >= AnswerPolicy.smallestCoded
            if isWorthIt { response = response.varying(by: "Accept-Encoding") }
            // Most clients that poll send none: they are not to pay for more than a look.
            if head.headers["Accept-Encoding"] != nil {
                let accepted = AcceptedCodings(head.headers.values(of: "Accept-Encoding"))
                if accepted.prefersGzip, isWorthIt || accepted.refusesIdentity {
                    // What has a tag of its own is asked for again and again.
                    if let body = codedBodies.gzip(response.body, tag: given.tag) {
                        response.body = body
                        response.headers.append(("Content-Encoding", "gzip"))
                        tag = tag?.coded("gzip")
                    }
                }
            }
        }
        guard let tag else { return }
        if given.tag == nil {
            response.headers.append(("ETag", tag.text))
        } else if given.tag != tag.text, let place = response.headers.firstIndex(where: { $0.name == "ETag" }) {
            response.headers[place].value = tag.text
        }
    }

    private func answerByTag(_ response: inout HTTPResponse, for head: HTTPRequestHead) {
        guard head.headers["If-None-Match"] != nil, let tag = AnswerFields(response.headers).tag else { return }
        if EntityTagCondition.matches(EntityTag(text: tag), in: head.headers.values(of: "If-None-Match")) {
            response = response.notModified
        }
    }

    /// Bytes from which on a body is coded: a smaller one fits into one packet as it is.
    private static let smallestCoded = 1024
    private static let owners = (name: "Cache-Control", value: "private, no-cache")
    private static let nobodys = (name: "Cache-Control", value: "no-store")
}

extension HTTPResponse {
    /// The bytes that a coding would be for, as many as can be for a body that is made while it is sent; nil for a body
    /// that must stay as it is.
    fileprivate var sizeToCode: Int? {
        if [204, 206, 304].contains(status) { return nil }
        return switch body {
        case .bytes(let bytes): bytes.isEmpty ? nil : bytes.count
        case .stream: .max
        case .empty, .file, .deferred, .naming: nil
        }
    }

    /// Tells the client that it has this answer already, by the headers that a stored one is brought up to date with. The
    /// body is not sent, but its length is: no other may be told.
    fileprivate var notModified: HTTPResponse {
        HTTPResponse(
            status: 304,
            headers: headers.filter { ["ETag", "Cache-Control", "Vary", "Content-Location"].contains($0.name) },
            body: body)
    }
}
