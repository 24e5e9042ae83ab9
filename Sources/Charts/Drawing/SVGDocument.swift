/// The frame around what the drawing library wrote: the size in pixels, a title and a description for those who
/// cannot see, and no number that differs from one drawing to the next.
struct SVGDocument {
    let title: String
    let description: String
    let width: Int
    let height: Int

    func wrapping(_ drawn: [UInt8]) -> [UInt8] {
        var bytes = Array(
            """
            <?xml version="1.0" encoding="UTF-8"?>
            <svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="\(width)" \
            height="\(height)" viewBox="0 0 \(width) \(height)" version="1.1" role="img">
            <title>\(Self.escaped(title))</title>
            <desc>\(Self.escaped(description))</desc>

            """.utf8)
        bytes.reserveCapacity(bytes.count + drawn.count)
        bytes.append(contentsOf: Self.withoutSurfaceNumber(Self.body(of: drawn)))
        return bytes
    }

    /// What follows the opening tag of the root.
    private static func body(of drawn: [UInt8]) -> ArraySlice<UInt8> {
        guard let root = firstIndex(of: "<svg", in: drawn[...]),
            let end = drawn[root...].firstIndex(of: UInt8(ascii: ">"))
        else { return drawn[...] }
        return drawn[(end + 1)...].drop { $0 == UInt8(ascii: "\n") }
    }

    /// The library numbers its surfaces through the life of the process and writes the number as an identifier that
    /// nothing refers to.
    private static func withoutSurfaceNumber(_ body: ArraySlice<UInt8>) -> [UInt8] {
        let opening = #"<g id="surface"#
        guard let start = firstIndex(of: opening, in: body),
            let end = body[start...].firstIndex(of: UInt8(ascii: ">"))
        else { return Array(body) }
        return Array(body[..<start]) + Array("<g".utf8) + Array(body[end...])
    }

    private static func firstIndex(of text: String, in bytes: ArraySlice<UInt8>) -> Int? {
        let text = Array(text.utf8)
        guard let first = text.first else { return nil }
        var from = bytes.startIndex
        while let start = bytes[from...].firstIndex(of: first) {
            if bytes[start...].starts(with: text) { return start }
            from = start + 1
        }
        return nil
    }

    /// Text of an element: XML's own signs escaped, and what XML 1.0 does not allow replaced.
    static func escaped(_ text: String) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\t", "\n", "\r": escaped += " "
            case "\u{0}"..."\u{1f}", "\u{7f}"..."\u{9f}", "\u{fffe}", "\u{ffff}": escaped += "\u{fffd}"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }
}
