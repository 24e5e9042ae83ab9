/// What browsers are told of every answer, so that a page that is not the service's own can do nothing with it: not read it
/// as another type, not run or load anything in it, not show it in a frame or as a part of another site, and not send its
/// address on. Made once.
struct BrowserHeaders: Sendable {
    private let document: [(name: String, value: String)]
    private let picture: [(name: String, value: String)]

    /// - Parameter strictTransportSeconds: for so long browsers are to come by TLS alone; nil says nothing of it.
    init(strictTransportSeconds: Int?) {
        func headers(_ policy: String) -> [(name: String, value: String)] {
            var headers = [
                (name: "X-Content-Type-Options", value: "nosniff"), ("Content-Security-Policy", policy),
                ("Referrer-Policy", "no-referrer"), ("Cross-Origin-Resource-Policy", "same-origin"),
            ]
            if let seconds = strictTransportSeconds {
                headers.append(("Strict-Transport-Security", "max-age=\(seconds)"))
            }
            return headers
        }
        document = headers("default-src 'none'; frame-ancestors 'none'")
        // The attributes by which the parts of a picture are drawn, and the pictures that it holds itself.
        picture = headers("default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'")
    }

    /// The headers of an answer of `mediaType`.
    func headers(for mediaType: String?) -> [(name: String, value: String)] {
        mediaType == "image/svg+xml" ? picture : document
    }
}
