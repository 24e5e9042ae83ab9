import HTTPDaemon

/// The media types a client takes, by its `Accept` (RFC 9110, section 12.5.1). Without one it takes all; what in it is not
/// a media range is passed over.
package struct AcceptedTypes: Sendable {
    private struct Range {
        let type: Substring
        let subtype: Substring
        let quality: Double

        /// How exactly the range names `type`/`subtype`; nil if it does not.
        func precision(for type: Substring, _ subtype: Substring) -> Int? {
            if self.type == type { return self.subtype == subtype ? 2 : self.subtype == "*" ? 1 : nil }
            return self.type == "*" && self.subtype == "*" ? 0 : nil
        }
    }

    private let ranges: [Range]
    private let takesAll: Bool

    /// What `headers` say.
    package init(_ headers: HTTPHeaders) {
        let fields = headers.fields.filter { $0.name.lowercased() == "accept" }
        let elements = fields.flatMap { $0.value.split(separator: ",") }
        takesAll = elements.allSatisfy { $0.allSatisfy(\.isWhitespace) }
        ranges = elements.compactMap { element in
            let range = MediaType(String(element))
            let names = range.name.split(separator: "/", omittingEmptySubsequences: false)
            guard names.count == 2, let quality = Double(range.parameters["q"] ?? "1"), (0...1).contains(quality) else {
                return nil
            }
            return Range(type: names[0], subtype: names[1], quality: quality)
        }
    }

    /// The one of `offered` that the client likes best, the first of equals; nil if it takes none.
    package func preferred<Offer>(of offered: [Offer], named name: (Offer) -> String) -> Offer? {
        var best: (offer: Offer, quality: Double)?
        for offer in offered {
            let quality = quality(of: name(offer))
            if quality > best?.quality ?? 0 { best = (offer, quality) }
        }
        return best?.offer
    }

    /// The most exact range that fits decides.
    private func quality(of mediaType: String) -> Double {
        if takesAll { return 1 }
        let names = mediaType.split(separator: "/")
        guard names.count == 2 else { return 0 }
        var best: (precision: Int, quality: Double)?
        for range in ranges {
            guard let precision = range.precision(for: names[0], names[1]) else { continue }
            if precision > best?.precision ?? -1 { best = (precision, range.quality) }
        }
        return best?.quality ?? 0
    }
}
