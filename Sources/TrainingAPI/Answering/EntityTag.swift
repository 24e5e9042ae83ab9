import Datasets

/// A strong validator: it changes exactly when the bytes of a representation can (RFC 9110, section 8.8.3).
package struct EntityTag: Hashable, Sendable {
    /// As in `ETag`, quotation marks included.
    package let text: String

    /// The tag of a representation that consists of `bytes`: half of their SHA-256.
    package init(of bytes: [UInt8]) { self.init(digest: ContentHash.of(bytes)) }

    /// A tag of its own for each digest.
    package init(digest: String) { text = "\"\(digest.prefix(32))\"" }

    /// A tag as it was sent.
    package init(text: String) { self.text = text }

    /// The tag of the same representation in a content coding: other bytes, another tag.
    package func coded(_ coding: String) -> EntityTag { EntityTag(text: "\(text.dropLast())-\(coding)\"") }
}

/// What `If-None-Match` says (RFC 9110, section 13.1.2). A field that is malformed says nothing: the client then gets
/// the whole answer.
package enum EntityTagCondition {
    /// Whether one of the listed tags is `tag`, by weak comparison: the client has the representation.
    package static func matches(_ tag: EntityTag, in values: [String]) -> Bool {
        if values.isEmpty { return false }
        if values.count == 1, values[0] == tag.text || values[0] == "*" { return true }
        var isFound = false
        for value in values {
            guard let tags = list(value) else { return false }
            isFound = isFound || tags.contains { $0 == tag.text }
        }
        return isFound
    }

    /// The tags of a list without their `W/`, in which commas may be part of a tag; nil where it is malformed.
    private static func list(_ text: String) -> [Substring]? {
        var rest = text[...]
        var tags: [Substring] = []
        while true {
            rest = rest.drop { $0 == " " || $0 == "\t" || $0 == "," }
            if rest.isEmpty { return tags }
            if rest.hasPrefix("W/") { rest = rest.dropFirst(2) }
            guard rest.first == "\"", let end = rest.dropFirst().firstIndex(of: "\"") else { return nil }
            let tag = rest[...end]
            guard tag.unicodeScalars.allSatisfy({ $0.value > 0x20 && $0.value != 0x7F }) else { return nil }
            tags.append(tag)
            rest = rest[rest.index(after: end)...].drop { $0 == " " || $0 == "\t" }
            guard rest.isEmpty || rest.first == "," else { return nil }
        }
    }
}
