import JSONDocument

/// Walks a JSON text value by value and checks every byte it passes (RFC 8259). Nothing is copied and nothing is kept,
/// however large the text; nesting is bounded and costs no stack.
struct JSONScanner {
    private(set) var cursor: UnsafePointer<UInt8>
    let end: UnsafePointer<UInt8>
    private var pace: ReadingPace
    // Unsafe: nobody ever writes to it.
    /// Where an empty text, which has no address, begins and ends.
    nonisolated(unsafe) private static let nowhere: UnsafePointer<UInt8> = {
        let byte = UnsafeMutablePointer<UInt8>.allocate(capacity: 1)
        byte.initialize(to: 0)
        return UnsafePointer(byte)
    }()
    /// The open arrays and objects around the cursor, outermost first: "[" or "{".
    private var open: [UInt8] = []

    private let depthLimit: Int

    /// - Parameter content: the upload that hears how far the walk is, if `bytes` are one.
    init(
        _ bytes: UnsafeRawBufferPointer, of content: UploadedContent? = nil,
        depthLimit: Int = JSONDocument.depthLimit
    ) {
        self.depthLimit = depthLimit
        let text = bytes.assumingMemoryBound(to: UInt8.self)
        cursor = text.baseAddress ?? Self.nowhere
        end = cursor + text.count
        pace = ReadingPace(content)
    }

    /// What a value is, by its first byte, and how many elements or members it has.
    struct Shape {
        let first: UInt8
        let count: Int

        var isArray: Bool { first == UInt8(ascii: "[") }
        var isObject: Bool { first == UInt8(ascii: "{") }
        var isContainer: Bool { isArray || isObject }
    }

    @inline(__always)
    static func isBlank(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r")
            || byte == UInt8(ascii: "\t")
    }

    /// The next byte that is not blank, without passing it; 0 at the end.
    @inline(__always)
    mutating func peek() -> UInt8 {
        while cursor < end, JSONScanner.isBlank(cursor.pointee) { cursor += 1 }
        return cursor < end ? cursor.pointee : 0
    }

    /// Passes the next byte that is not blank, which must be `byte`.
    mutating func expect(_ byte: UInt8) throws(JSONFailure) {
        if peek() != byte { throw .structure }
        cursor += 1
    }

    /// Passes `byte` if it is the next that is not blank.
    mutating func take(_ byte: UInt8) -> Bool {
        if peek() != byte { return false }
        cursor += 1
        return true
    }

    /// Goes on at a place that whoever calls has read up to.
    @inline(__always)
    mutating func move(to place: UnsafePointer<UInt8>) { cursor = place }

    /// Passes the bracket that opens a container; if it is empty, also the one that closes it, and answers false.
    mutating func enter() throws(JSONFailure) -> Bool {
        let opening = peek()
        cursor += 1
        // "]" and "}" are two after their opening brackets.
        if take(opening + 2) { return false }
        open.append(opening)
        if open.count >= depthLimit { throw .depth }
        return true
    }

    /// Passes the bracket that closes the innermost container, or the comma before its next element: whether there is
    /// one.
    mutating func goesOn() throws(JSONFailure) -> Bool {
        pace.passed(cursor)
        let byte = peek()
        if byte == UInt8(ascii: ",") {
            cursor += 1
            return true
        }
        guard let opening = open.last, byte == opening + 2 else { throw .structure }
        cursor += 1
        open.removeLast()
        return false
    }

    /// Passes a member's name and its colon; answers the name as spelled, with its quotes.
    mutating func name() throws(JSONFailure) -> UnsafeRawBufferPointer {
        if peek() != UInt8(ascii: "\"") { throw .structure }
        let start = cursor
        try string()
        let name = UnsafeRawBufferPointer(start: start, count: cursor - start)
        try expect(UInt8(ascii: ":"))
        return name
    }

    /// Passes a value.
    mutating func value() throws(JSONFailure) -> Shape {
        let outside = open.count
        let first = peek()
        var count = 0
        while true {
            switch peek() {
            case UInt8(ascii: "["), UInt8(ascii: "{"):
                guard try enter() else { break }
                if open.count == outside + 1 { count = 1 }
                if open.last == UInt8(ascii: "{") { _ = try name() }
                continue
            case UInt8(ascii: "\""): try string()
            case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): try number()
            case UInt8(ascii: "t"): try word("true", .trueWord)
            case UInt8(ascii: "f"): try word("false", .falseWord)
            case UInt8(ascii: "n"): try word("null", .nullWord)
            default: throw .structure
            }
            while open.count > outside {
                if try goesOn() {
                    if open.count == outside + 1 { count += 1 }
                    if open.last == UInt8(ascii: "{") { _ = try name() }
                    break
                }
            }
            if open.count == outside { return Shape(first: first, count: count) }
        }
    }

    private mutating func string() throws(JSONFailure) {
        let start = cursor
        cursor += 1
        var hasEscapes = false
        var isWide = false
        while true {
            if cursor >= end { throw .unclosedString }
            let byte = cursor.pointee
            cursor += 1
            if byte == UInt8(ascii: "\"") { break }
            if byte < 0x20 { throw .controlCharacter }
            if byte == UInt8(ascii: "\\") {
                hasEscapes = true
                cursor += 1
            } else if byte >= 0x80 {
                isWide = true
            }
        }
        let text = UnsafeBufferPointer(start: start, count: cursor - start)
        if isWide, String(validating: text, as: UTF8.self) == nil { throw .string }
        // Escapes are rare: the parser's to check.
        if hasEscapes, (try? JSONDocument(parsing: UnsafeRawBufferPointer(text))) == nil { throw .string }
    }

    private mutating func number() throws(JSONFailure) {
        guard DecimalParser.parse(&cursor, end, isJSON: true) != nil, isAtTokenEnd else { throw .number }
    }

    private mutating func word(_ word: StaticString, _ failure: JSONFailure) throws(JSONFailure) {
        let count = word.utf8CodeUnitCount
        guard end - cursor >= count,
            UnsafeBufferPointer(start: cursor, count: count).elementsEqual(
                UnsafeBufferPointer(start: word.utf8Start, count: count))
        else { throw failure }
        cursor += count
        if !isAtTokenEnd { throw failure }
    }

    private var isAtTokenEnd: Bool { isTokenEnd(cursor) }

    /// Whether a number or word may end before `place`.
    @inline(__always)
    func isTokenEnd(_ place: UnsafePointer<UInt8>) -> Bool {
        guard place < end else { return true }
        switch place.pointee {
        case UInt8(ascii: ","), UInt8(ascii: ":"), UInt8(ascii: "["), UInt8(ascii: "]"), UInt8(ascii: "{"),
            UInt8(ascii: "}"):
            return true
        case let byte: return JSONScanner.isBlank(byte)
        }
    }
}
