/// Where a request stands in a distributed trace, as its client says (W3C Trace Context).
public struct TraceContext: Sendable, Equatable {
    /// The header `traceparent`.
    public let parent: String
    /// The header `tracestate`; nil where there is none, or none that the specification allows.
    public let state: String?

    /// The trace that `headers` name; nil without a `traceparent`, or with one that is not to be used.
    public init?(_ headers: HTTPHeaders) {
        // Of most requests the name alone is looked for.
        guard headers["traceparent"] != nil else { return nil }
        let parents = headers.values(of: "traceparent")
        guard parents.count == 1, TraceContext.isParent(parents[0]) else { return nil }
        parent = parents[0]
        state = TraceContext.state(headers.values(of: "tracestate"))
    }

    /// The trace's own name, 32 hexadecimal digits.
    public var traceID: Substring { TraceContext.traceID(of: parent) }

    /// The name of the trace that a well-formed `traceparent` is part of.
    public static func traceID(of parent: String) -> Substring { parent.dropFirst(3).prefix(32) }

    /// Most that is kept of `tracestate`, in bytes and members: what every implementation must be ready to hand on.
    static let longestState = 512
    static let mostMembers = 32

    /// version "-" trace-id "-" parent-id "-" trace-flags; a version above 0 may have more behind another "-".
    private static func isParent(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        guard bytes.count >= 55, bytes.count <= 256 else { return false }
        let version = bytes[0..<2]
        let (trace, parent, flags) = (bytes[3..<35], bytes[36..<52], bytes[53..<55])
        let hyphen = UInt8(ascii: "-")
        guard [2, 35, 52].allSatisfy({ bytes[$0] == hyphen }),
            [version, trace, parent, flags].allSatisfy({ $0.allSatisfy(isLowercaseHexadecimal) }),
            !version.allSatisfy({ $0 == UInt8(ascii: "f") }),
            !trace.allSatisfy({ $0 == UInt8(ascii: "0") }), !parent.allSatisfy({ $0 == UInt8(ascii: "0") })
        else { return false }
        if bytes.count == 55 { return true }
        return !version.allSatisfy { $0 == UInt8(ascii: "0") } && bytes[55] == hyphen
            && bytes[56...].allSatisfy { (0x21...0x7E).contains($0) }
    }

    private static func isLowercaseHexadecimal(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
    }

    /// All of a request's `tracestate` headers as one.
    private static func state(_ values: [String]) -> String? {
        let members = values.flatMap { $0.split(separator: ",", omittingEmptySubsequences: true) }
            .map { $0.trimming(while: { $0 == " " || $0 == "\t" }) }.filter { !$0.isEmpty }
        guard !members.isEmpty, members.count <= mostMembers else { return nil }
        var keys: Set<Substring> = []
        for member in members {
            guard let equals = member.firstIndex(of: "=") else { return nil }
            let (key, value) = (member[..<equals], member[member.index(after: equals)...])
            guard isKey(key), isValue(value), keys.insert(key).inserted else { return nil }
        }
        let text = members.joined(separator: ",")
        return text.utf8.count <= longestState ? text : nil
    }

    private static func isKey(_ key: Substring) -> Bool {
        guard let first = key.utf8.first, key.utf8.count <= 256 else { return false }
        let isDigit = { (byte: UInt8) in (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
        let isLetter = { (byte: UInt8) in (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) }
        guard isLetter(first) || isDigit(first) else { return false }
        return key.utf8.allSatisfy { isLetter($0) || isDigit($0) || "_-*/@".utf8.contains($0) }
    }

    private static func isValue(_ value: Substring) -> Bool {
        (1...256).contains(value.utf8.count)
            && value.utf8.allSatisfy { (0x20...0x7E).contains($0) && $0 != UInt8(ascii: "=") }
    }
}

extension Substring {
    fileprivate func trimming(while isTrimmed: (Character) -> Bool) -> Substring {
        var rest = self
        while let first = rest.first, isTrimmed(first) { rest.removeFirst() }
        while let last = rest.last, isTrimmed(last) { rest.removeLast() }
        return rest
    }
}
