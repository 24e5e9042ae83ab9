/// The content codings a client takes, by its `Accept-Encoding` (RFC 9110, section 12.5.3). Without one, or an empty one,
/// it gets bytes as they are; what in it is malformed is passed over.
package struct AcceptedCodings: Hashable, Sendable {
    /// Whether the client takes gzip at least as gladly as bytes as they are.
    package let prefersGzip: Bool
    /// Whether it has said that it takes nothing without a coding.
    package let refusesIdentity: Bool

    /// What the field's `values` say.
    package init(_ values: [String]) {
        var gzip: Double?
        var identity: Double?
        var others: Double?
        for element in values.lazy.flatMap({ $0.split(separator: ",") }) {
            let parts = element.split(separator: ";", omittingEmptySubsequences: false).map(AcceptedCodings.trimmed)
            guard let name = parts.first, let quality = AcceptedCodings.quality(parts.dropFirst()) else { continue }
            switch name.lowercased() {
            case "gzip", "x-gzip": gzip = max(gzip ?? 0, quality)
            case "identity": identity = quality
            case "*": others = quality
            default: break
            }
        }
        let gzipQuality = gzip ?? others ?? 0
        refusesIdentity = (identity ?? others) == 0
        // That bytes as they are are not refused is no wish for them: only a quality that was given counts.
        prefersGzip = gzipQuality > 0 && gzipQuality >= (identity ?? 0)
    }

    /// A weight: at most three decimals, from 0 to 1; nil for what is none.
    private static func quality(_ parameters: ArraySlice<Substring>) -> Double? {
        if parameters.isEmpty { return 1 }
        guard parameters.count == 1, let parameter = parameters.first, parameter.lowercased().hasPrefix("q=") else {
            return nil
        }
        let digits = parameter.dropFirst(2)
        guard (1...5).contains(digits.utf8.count), digits.utf8.allSatisfy({ $0 == 46 || (48...57).contains($0) }),
            let number = Double(String(digits)), number <= 1
        else { return nil }
        return number
    }

    private static func trimmed(_ text: Substring) -> Substring {
        let isBlank: (Character) -> Bool = { $0 == " " || $0 == "\t" }
        var text = text.drop(while: isBlank)
        while let last = text.last, isBlank(last) { text.removeLast() }
        return text
    }
}
