/// A Content-Type's value: `text/csv; header=absent` (RFC 9110, section 8.3.1). Names and values in lower case.
struct MediaType: Sendable {
    /// Type and subtype.
    let name: String
    /// The parameters.
    let parameters: [String: String]

    init(_ header: String) {
        let parts = header.lowercased().split(separator: ";", omittingEmptySubsequences: false).map(MediaType.trim)
        name = parts.first ?? ""
        var parameters: [String: String] = [:]
        for part in parts.dropFirst() {
            let pair = part.split(separator: "=", maxSplits: 1).map { MediaType.trim($0) }
            if pair.count == 2 { parameters[pair[0]] = pair[1].filter { $0 != "\"" } }
        }
        self.parameters = parameters
    }

    private static func trim(_ text: some StringProtocol) -> String {
        let blank: (Character) -> Bool = { $0 == " " || $0 == "\t" }
        return String(text.drop(while: blank).reversed().drop(while: blank).reversed())
    }
}
