import HTTPDaemon

/// What a client would like (RFC 7240); what is not understood is not done.
struct Preferences: Sendable {
    /// Longest wait, in seconds.
    static let longestWait = 60

    /// How long the client is ready to wait for an answer; nil where it does not say.
    let wait: Duration?

    /// What `headers` say.
    init(_ headers: HTTPHeaders) {
        let words = headers.fields.filter { $0.name.lowercased() == "prefer" }
            .flatMap { $0.value.split(whereSeparator: { ",;".contains($0) }) }
        let seconds = words.lazy.compactMap { word -> Int? in
            let parts = word.split(separator: "=", maxSplits: 1).map { $0.filter { !$0.isWhitespace } }
            guard parts.count == 2, parts[0].lowercased() == "wait" else { return nil }
            return Int(parts[1])
        }.first
        wait = seconds.flatMap { $0 > 0 ? .seconds(min($0, Preferences.longestWait)) : nil }
    }
}
