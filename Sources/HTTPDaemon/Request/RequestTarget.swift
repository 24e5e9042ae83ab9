/// One `name=value` of a query string, decoded.
public struct QueryParameter: Sendable, Equatable {
    /// Before the `=`.
    public let name: String
    /// After the `=`; empty without one.
    public let value: String

    /// Both, decoded.
    public init(name: String, value: String) {
        self.name = name
        self.value = value
    }
}

/// A request target taken apart: split first, then each part decoded once, so that an encoded
/// slash stays inside its segment and an encoded ampersand inside its value.
struct RequestTarget {
    let path: [String]
    let query: [QueryParameter]

    init(_ raw: String) throws(MalformedRequest) {
        let target = try Self.originForm(raw[...])
        guard target.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F && $0 != UInt8(ascii: "#") }) else {
            throw .invalidTarget
        }
        let mark = target.utf8.firstIndex(of: UInt8(ascii: "?"))
        path = try Self.segments(target[..<(mark ?? target.endIndex)])
        query =
            try mark.map { mark throws(MalformedRequest) in
                try Self.parameters(target[target.utf8.index(after: mark)...])
            } ?? []
    }

    /// A server must take the absolute form too (RFC 9112, 3.2.2); its authority has no say here.
    private static func originForm(_ raw: Substring) throws(MalformedRequest) -> Substring {
        if raw.utf8.first == UInt8(ascii: "/") || raw == "*" { return raw }
        for scheme in ["http://", "https://"] where String(raw.prefix(scheme.count)).equalsIgnoringASCIICase(scheme) {
            let rest = raw.dropFirst(scheme.count)
            guard let end = rest.utf8.firstIndex(where: { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "?") }),
                end > rest.startIndex
            else {
                if rest.isEmpty { throw .invalidTarget }
                return "/"
            }
            return rest.utf8[end] == UInt8(ascii: "/") ? rest[end...] : "/" + rest[end...]
        }
        throw .invalidTarget
    }

    private static func segments(_ path: Substring) throws(MalformedRequest) -> [String] {
        if path == "*" || path == "/" { return [] }
        var segments: [String] = []
        for part in path.utf8.dropFirst().split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false) {
            segments.append(try decode(part, plusIsSpace: false))
        }
        return segments
    }

    private static func parameters(_ query: Substring) throws(MalformedRequest) -> [QueryParameter] {
        var parameters: [QueryParameter] = []
        for part in query.utf8.split(separator: UInt8(ascii: "&")) {
            let equals = part.firstIndex(of: UInt8(ascii: "="))
            let name = try decode(part[..<(equals ?? part.endIndex)], plusIsSpace: true)
            let value = try equals.map { equals throws(MalformedRequest) in
                try decode(part[part.index(after: equals)...], plusIsSpace: true)
            }
            parameters.append(QueryParameter(name: name, value: value ?? ""))
        }
        return parameters
    }

    private static func decode(_ text: Substring.UTF8View, plusIsSpace: Bool) throws(MalformedRequest) -> String {
        let escape = UInt8(ascii: "%")
        let plus = UInt8(ascii: "+")
        guard text.contains(where: { $0 == escape || (plusIsSpace && $0 == plus) }) else {
            return String(Substring(text))
        }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count)
        var rest = text[...]
        while let byte = rest.popFirst() {
            switch byte {
            case escape:
                guard let high = rest.popFirst()?.hexadecimalDigit, let low = rest.popFirst()?.hexadecimalDigit else {
                    throw .invalidPercentEncoding
                }
                let decoded = high << 4 | low
                if decoded == 0 { throw .nulByte }
                bytes.append(decoded)
            case plus where plusIsSpace:
                bytes.append(0x20)
            default:
                bytes.append(byte)
            }
        }
        guard let decoded = String(validating: bytes, as: UTF8.self) else { throw .invalidUTF8 }
        return decoded
    }
}

extension UInt8 {
    fileprivate var hexadecimalDigit: UInt8? {
        switch self {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): self - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): self - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): self - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
