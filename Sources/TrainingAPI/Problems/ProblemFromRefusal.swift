import Access

extension Problem {
    /// The answer to a request that was not let in (RFC 6750, section 3).
    init(_ refusal: Gatekeeper.Refusal) {
        switch refusal {
        case .noKey:
            self.init(
                .unauthenticated, "This service asks for an API key: Authorization: Bearer esp_….",
                headers: [("WWW-Authenticate", Problem.challenge)])
        case .wrongKey:
            self.init(
                .unauthenticated, "The API key is not one of this service, or has expired, or was revoked.",
                headers: [("WWW-Authenticate", Problem.challenge + ", error=\"invalid_token\"")])
        case .notAllowed(_, let needed):
            let words = needed.words.joined(separator: " ")
            self.init(
                .forbidden, "This needs an API key with the scope \(words).",
                headers: [
                    (
                        "WWW-Authenticate",
                        Problem.challenge + ", error=\"insufficient_scope\", scope=\"\(words)\""
                    )
                ])
        }
    }

    private static let challenge = "Bearer realm=\"espalier\""
}
