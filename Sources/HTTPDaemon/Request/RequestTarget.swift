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
        var target = try Self.originForm(raw[...])
        (path, query) = try target.withUTF8 { bytes in
            Result { () throws(MalformedRequest) in try Self.parts(bytes) }
        }.get()
    }

    private static func parts(_ target: Bytes) throws(MalformedRequest) -> (path: [String], query: [QueryParameter]) {
        guard target.allSatisfy({ $0 > 0x20 && $0 != 0x7F && $0 != UInt8(ascii: "#") }) else { throw .invalidTarget }
        guard let mark = target.firstIndex(of: UInt8(ascii: "?")) else { return (try segments(target), []) }
        return (
            try segments(Bytes(rebasing: target[..<mark])), try parameters(Bytes(rebasing: target[(mark + 1)...]))
        )
    }

    private typealias Bytes = UnsafeBufferPointer<UInt8>

    /// A server must take the absolute form too (RFC 9112, 3.2.2); its authority has no say here.
    private static func originForm(_ raw: Substring) throws(MalformedRequest) -> Substring {
        if raw.utf8.first == UInt8(ascii: "/") || raw == "*" { return raw }
        for scheme in ["http://", "https://"] where String(raw.prefix(scheme.count)).equalsIgnoringASCIICase(scheme) {
            let rest = raw.dropFirst(scheme.count)
            let end = rest.utf8.firstIndex { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "?") } ?? rest.endIndex
            let host = String(rest[..<end])
            guard !host.isEmpty, !host.hasPrefix(":"), host.isHost else { throw .invalidTarget }
            let path = rest[end...]
            return path.utf8.first == UInt8(ascii: "/") ? path : "/" + path
        }
        throw .invalidTarget
    }

    private static func segments(_ path: Bytes) throws(MalformedRequest) -> [String] {
        if path.count <= 1 { return [] }
        var segments: [String] = []
        segments.reserveCapacity(4)
        var start = 1
        while let end = path[start...].firstIndex(of: UInt8(ascii: "/")) {
            segments.append(try decode(Bytes(rebasing: path[start..<end]), plusIsSpace: false))
            start = end + 1
        }
        segments.append(try decode(Bytes(rebasing: path[start...]), plusIsSpace: false))
        return segments
    }

    private static func parameters(_ query: Bytes) throws(MalformedRequest) -> [QueryParameter] {
        var parameters: [QueryParameter] = []
        for part in query.split(separator: UInt8(ascii: "&")) {
            let equals = part.firstIndex(of: UInt8(ascii: "="))
            let name = try decode(Bytes(rebasing: part[..<(equals ?? part.endIndex)]), plusIsSpace: true)
            let value = try equals.map { equals throws(MalformedRequest) in
                try decode(Bytes(rebasing: part[(equals + 1)...]), plusIsSpace: true)
            }
            parameters.append(QueryParameter(name: name, value: value ?? ""))
        }
        return parameters
    }

    private static func decode(_ text: Bytes, plusIsSpace: Bool) throws(MalformedRequest) -> String {
        let escape = UInt8(ascii: "%")
        let plus = UInt8(ascii: "+")
        guard text.contains(where: { $0 == escape || (plusIsSpace && $0 == plus) }) else {
            return String(decoding: text, as: UTF8.self)
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
