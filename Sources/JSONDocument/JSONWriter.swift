import CShortestDecimal

/// Writes JSON text into a growing byte buffer, members in the order given, every number as the shortest decimal that
/// reads back to the same bits. The caller keeps the structure legal; commas are the writer's business.
public struct JSONWriter: Sendable {
    /// The text so far, UTF-8.
    public private(set) var bytes: [UInt8] = []
    private var needsComma = false

    /// An empty text.
    public init() {}

    /// Goes on with a text, at a place where a value has just ended or not.
    public init(afterValue: Bool) { needsComma = afterValue }

    /// Hands out the text so far and goes on with an empty buffer: for streaming.
    public mutating func drain() -> [UInt8] {
        let drained = bytes
        bytes = []
        bytes.reserveCapacity(drained.count + drained.count / 8)
        return drained
    }

    /// Writes `{`, what `body` writes, and `}`.
    public mutating func object(_ body: (inout JSONWriter) -> Void) {
        open(UInt8(ascii: "{"))
        body(&self)
        close(UInt8(ascii: "}"))
    }

    /// Writes `[`, what `body` writes, and `]`.
    public mutating func array(_ body: (inout JSONWriter) -> Void) {
        open(UInt8(ascii: "["))
        body(&self)
        close(UInt8(ascii: "]"))
    }

    /// Writes `{` or `[` of a value closed later: for streaming.
    public mutating func open(_ bracket: UInt8) {
        separate()
        bytes.append(bracket)
        needsComma = false
    }

    /// Writes `}` or `]`.
    public mutating func close(_ bracket: UInt8) {
        bytes.append(bracket)
        needsComma = true
    }

    /// Writes a member's name; its value must follow.
    public mutating func name(_ name: String) {
        separate()
        append(quoted: name)
        bytes.append(UInt8(ascii: ":"))
        needsComma = false
    }

    /// Writes a string.
    public mutating func value(_ text: String) {
        separate()
        append(quoted: text)
    }

    /// Writes a whole number.
    public mutating func value(_ number: some BinaryInteger) {
        separate()
        bytes.append(contentsOf: number.description.utf8)
    }

    /// Writes a number; NaN and infinities, which JSON lacks, become null.
    public mutating func value(_ number: Double) {
        withUnsafePointer(to: number) { values(UnsafeBufferPointer(start: $0, count: 1)) }
    }

    /// Writes a number; NaN and infinities become null.
    public mutating func value(_ number: Float) {
        withUnsafePointer(to: number) { values(UnsafeBufferPointer(start: $0, count: 1)) }
    }

    /// Writes numbers, one value each; NaN and infinities become null.
    public mutating func values(_ numbers: UnsafeBufferPointer<Double>) {
        append(numbers, most: SHORTEST_DECIMAL_DOUBLE, shortest_decimal_doubles)
    }

    /// Writes numbers, one value each; NaN and infinities become null.
    public mutating func values(_ numbers: UnsafeBufferPointer<Float>) {
        append(numbers, most: SHORTEST_DECIMAL_FLOAT, shortest_decimal_floats)
    }

    /// Writes `true` or `false`.
    public mutating func value(_ flag: Bool) {
        separate()
        bytes.append(contentsOf: (flag ? "true" : "false").utf8)
    }

    /// Writes `null`.
    public mutating func null() {
        separate()
        bytes.append(contentsOf: "null".utf8)
    }

    /// Writes a text that is a legal JSON value already.
    public mutating func raw(_ json: [UInt8]) {
        separate()
        bytes.append(contentsOf: json)
    }

    /// Writes a member with an object value.
    public mutating func object(_ name: String, _ body: (inout JSONWriter) -> Void) {
        self.name(name)
        object(body)
    }

    /// Writes a member with an array value.
    public mutating func array(_ name: String, _ body: (inout JSONWriter) -> Void) {
        self.name(name)
        array(body)
    }

    /// Writes a member with a string value, or null.
    public mutating func member(_ name: String, _ text: String?) {
        self.name(name)
        if let text { value(text) } else { null() }
    }

    /// Writes a member with a whole number, or null.
    public mutating func member(_ name: String, _ number: (some BinaryInteger)?) {
        self.name(name)
        if let number { value(number) } else { null() }
    }

    /// Writes a member with a number, or null.
    public mutating func member(_ name: String, _ number: Double?) {
        self.name(name)
        if let number { value(number) } else { null() }
    }

    /// Writes a member with a boolean, or null.
    public mutating func member(_ name: String, _ flag: Bool?) {
        self.name(name)
        if let flag { value(flag) } else { null() }
    }

    /// The texts of `numbers`, each of at most `most` bytes with its comma, by way of a small block on the stack.
    private mutating func append<Number>(
        _ numbers: UnsafeBufferPointer<Number>, most: Int,
        _ write: (UnsafePointer<Number>, Int, UnsafeMutablePointer<CChar>) -> Int
    ) {
        let blockSize = 256
        withUnsafeTemporaryAllocation(
            of: CChar.self, capacity: min(numbers.count, blockSize) * most + SHORTEST_DECIMAL_SLACK
        ) { text in
            guard var next = numbers.baseAddress, let start = text.baseAddress else { return }
            var left = numbers.count
            while left > 0 {
                separate()
                let count = min(left, blockSize)
                let length = write(next, count, start)
                bytes.append(contentsOf: UnsafeRawBufferPointer(start: start, count: length))
                next += count
                left -= count
            }
        }
    }

    private mutating func separate() {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
        needsComma = true
    }

    private static let hexDigits = Array("0123456789abcdef".utf8)

    private mutating func append(quoted text: String) {
        bytes.append(UInt8(ascii: "\""))
        defer { bytes.append(UInt8(ascii: "\"")) }
        var text = text
        let isPlain = text.withUTF8 { text in
            guard text.allSatisfy({ $0 >= 0x20 && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") }) else {
                return false
            }
            bytes.append(contentsOf: text)
            return true
        }
        if isPlain { return }
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                bytes.append(UInt8(ascii: "\\"))
                bytes.append(byte)
            case UInt8(ascii: "\n"):
                bytes.append(contentsOf: "\\n".utf8)
            case 0..<0x20:
                bytes.append(contentsOf: "\\u00".utf8)
                bytes.append(JSONWriter.hexDigits[Int(byte >> 4)])
                bytes.append(JSONWriter.hexDigits[Int(byte & 15)])
            default:
                bytes.append(byte)
            }
        }
    }
}

extension JSONWriter {
    /// Writes a parsed value again.
    public mutating func value(_ node: JSONNode) {
        switch node.kind {
        case .null, .oversized: null()
        case .boolean: value(node.boolean ?? false)
        case .string: value(node.string ?? "")
        case .number:
            if let integer = node.exactInteger { value(integer) } else { value(node.number ?? .nan) }
        case .array: array { json in for element in node.elements { json.value(element) } }
        case .object:
            object { json in
                for (name, value) in node.members {
                    json.name(name)
                    json.value(value)
                }
            }
        }
    }
}
