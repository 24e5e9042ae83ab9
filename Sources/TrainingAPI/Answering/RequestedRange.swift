import HTTPDaemon

/// The one part of a document that a client asks for (RFC 9110, section 14). A `Range` that is malformed, in other units
/// or of several parts asks for the whole, as the specification allows.
package enum RequestedRange: Hashable, Sendable {
    /// All bytes from one on.
    case from(Int)
    /// The bytes from the first to the last, both included.
    case between(Int, Int)
    /// So many bytes at the end.
    case last(Int)

    /// What `head` asks for of the document with `tag`; nil for the whole: also where the client has all of it already,
    /// or began with another one (`If-Range`).
    package init?(_ head: HTTPRequestHead, of tag: EntityTag) {
        let ranges = head.headers.values(of: "Range")
        guard head.method == "GET", ranges.count == 1, let range = RequestedRange(ranges[0]) else { return nil }
        // The comparison is strong; a date is never the document's, which has none.
        if head.headers.values(of: "If-Range").contains(where: { $0 != tag.text }) { return nil }
        if EntityTagCondition.matches(tag, in: head.headers.values(of: "If-None-Match")) { return nil }
        self = range
    }

    /// A header's value.
    package init?(_ text: String) {
        let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, parts[0].lowercased() == "bytes" else { return nil }
        let ranges = parts[1].split(separator: ",").map { $0.drop(while: isBlank) }.filter { !$0.isEmpty }
        guard ranges.count == 1 else { return nil }
        let ends = ranges[0].split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        guard ends.count == 2 else { return nil }
        let end = ends[1].prefix { !isBlank($0) }
        guard ends[1].dropFirst(end.count).allSatisfy(isBlank) else { return nil }
        switch (RequestedRange.number(ends[0]), RequestedRange.number(end)) {
        case (let first?, let last?) where first <= last: self = .between(first, last)
        case (let first?, nil) where end.isEmpty: self = .from(first)
        case (nil, let count?) where ends[0].isEmpty: self = .last(count)
        default: return nil
        }
    }

    /// The bytes of a document of `length` bytes; nil where none is in the range.
    package func part(of length: Int) -> Range<Int>? {
        let (lower, upper) =
            switch self {
            case .from(let first): (first, length)
            case .between(let first, let last): (first, min(last, length - 1) + 1)
            case .last(let count): (max(0, length - count), length)
            }
        return lower < upper ? lower..<upper : nil
    }

    /// A number too large to be one is as good as the largest.
    private static func number(_ digits: Substring) -> Int? {
        guard !digits.isEmpty, digits.utf8.allSatisfy({ (48...57).contains($0) }) else { return nil }
        return Int(digits) ?? .max
    }
}

private func isBlank(_ character: Character) -> Bool { character == " " || character == "\t" }
