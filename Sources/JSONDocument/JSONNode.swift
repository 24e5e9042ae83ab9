/// One value of a `JSONDocument`: a position on its tape.
/// Layout: https://github.com/simdjson/simdjson/blob/master/doc/tape.md
public struct JSONNode: Sendable {
    let document: JSONDocument
    let index: Int

    /// What a value is.
    public enum Kind: String, Sendable {
        case object, array, string, number, boolean, null
        /// A number that no double holds.
        case oversized = "a number beyond double precision"
    }

    private var word: UInt64 { document.tape[index] }
    private static let payloadMask: UInt64 = (1 << 56) - 1

    private static func tag(_ word: UInt64) -> UInt8 { UInt8(truncatingIfNeeded: word >> 56) }

    /// The value's type.
    public var kind: Kind {
        switch JSONNode.tag(word) {
        case UInt8(ascii: "{"): .object
        case UInt8(ascii: "["): .array
        case UInt8(ascii: "\""): .string
        case UInt8(ascii: "t"), UInt8(ascii: "f"): .boolean
        case UInt8(ascii: "n"): .null
        default: isOversized ? .oversized : .number
        }
    }

    private var isOversized: Bool {
        document.isRewritten
            && JSONNode.number(document.tape, index)?.magnitude == OversizedNumbers.marker
    }

    /// Whether the value is `null`.
    public var isNull: Bool { kind == .null }

    /// The text of a string, else nil.
    public var string: String? {
        guard kind == .string else { return nil }
        let start = document.strings + Int(word & JSONNode.payloadMask)
        let length = UnsafeRawPointer(start).loadUnaligned(as: UInt32.self)
        return String(decoding: UnsafeBufferPointer(start: start + 4, count: Int(length)), as: UTF8.self)
    }

    /// The value of a boolean, else nil.
    public var boolean: Bool? {
        switch JSONNode.tag(word) {
        case UInt8(ascii: "t"): true
        case UInt8(ascii: "f"): false
        default: nil
        }
    }

    /// The value of a number (whole numbers beyond 2⁵³ rounded), else nil.
    public var number: Double? { isOversized ? nil : JSONNode.number(document.tape, index) }

    /// The value of a number written without fraction or exponent that fits 64 signed bits, or of one like `3.0`.
    public var integer: Int? {
        switch JSONNode.tag(word) {
        case UInt8(ascii: "l"): Int(Int64(bitPattern: document.tape[index + 1]))
        case UInt8(ascii: "u"): Int(exactly: document.tape[index + 1])
        case UInt8(ascii: "d"): Int(exactly: Double(bitPattern: document.tape[index + 1]))
        default: nil
        }
    }

    /// The value of a number written without fraction or exponent, else nil.
    var exactInteger: Int128? {
        switch JSONNode.tag(word) {
        case UInt8(ascii: "l"): Int128(Int64(bitPattern: document.tape[index + 1]))
        case UInt8(ascii: "u"): Int128(document.tape[index + 1])
        default: nil
        }
    }

    /// The value of a whole number from 0 to 2⁶⁴ − 1, else nil.
    public var unsigned: UInt64? {
        if JSONNode.tag(word) == UInt8(ascii: "u") { return document.tape[index + 1] }
        return integer.flatMap { UInt64(exactly: $0) }
    }

    private static func number(_ tape: UnsafePointer<UInt64>, _ index: Int) -> Double? {
        switch tag(tape[index]) {
        case UInt8(ascii: "l"): Double(Int64(bitPattern: tape[index + 1]))
        case UInt8(ascii: "u"): Double(tape[index + 1])
        case UInt8(ascii: "d"): Double(bitPattern: tape[index + 1])
        default: nil
        }
    }

    /// The tape index just after the value at `index`.
    private static func end(of index: Int, _ tape: UnsafePointer<UInt64>) -> Int {
        let word = tape[index]
        switch tag(word) {
        case UInt8(ascii: "["), UInt8(ascii: "{"): return Int(word & 0xFFFF_FFFF)
        case UInt8(ascii: "l"), UInt8(ascii: "u"), UInt8(ascii: "d"): return index + 2
        default: return index + 1
        }
    }

    /// The elements of an array, in order; empty for any other value.
    public var elements: Elements { Elements(node: self, cursor: kind == .array ? index + 1 : nil) }

    /// The members of an object as written, duplicates included; empty for any other value.
    public var members: Members { Members(node: self, cursor: kind == .object ? index + 1 : nil) }

    /// How many elements an array, or members an object, has; 0 for any other value.
    public var count: Int {
        guard kind == .array || kind == .object else { return 0 }
        let saturated = 0xFF_FFFF
        let stored = Int((word >> 32) & 0xFF_FFFF)
        if stored < saturated { return stored }
        return kind == .array ? elements.reduce(0) { n, _ in n + 1 } : members.reduce(0) { n, _ in n + 1 }
    }

    /// The value of the last member called `name`, if this is an object that has it.
    public subscript(name: String) -> JSONNode? {
        var found: JSONNode?
        for member in members where member.name == name { found = member.value }
        return found
    }

    /// Walks an array's elements.
    public struct Elements: Sequence, IteratorProtocol, Sendable {
        let node: JSONNode
        var cursor: Int?

        /// The next element.
        public mutating func next() -> JSONNode? {
            let tape = node.document.tape
            guard let at = cursor, JSONNode.tag(tape[at]) != UInt8(ascii: "]") else { return nil }
            cursor = JSONNode.end(of: at, tape)
            return JSONNode(document: node.document, index: at)
        }
    }

    /// Walks an object's members.
    public struct Members: Sequence, IteratorProtocol, Sendable {
        let node: JSONNode
        var cursor: Int?

        /// The next member.
        public mutating func next() -> (name: String, value: JSONNode)? {
            let tape = node.document.tape
            guard let at = cursor, JSONNode.tag(tape[at]) != UInt8(ascii: "}") else { return nil }
            let value = JSONNode(document: node.document, index: at + 1)
            cursor = JSONNode.end(of: at + 1, tape)
            return (JSONNode(document: node.document, index: at).string ?? "", value)
        }
    }

    /// What `copyNumbers` met.
    public enum NumberRow: Sendable {
        /// All elements were numbers or null; how many there were and how many were null.
        case copied(count: Int, nulls: Int)
        /// The element at this position is something else.
        case notANumber(position: Int, kind: Kind)
        /// There are more elements than the buffer holds.
        case tooLong(count: Int)
    }

    /// Copies an array of numbers into `buffer`, null as NaN, without an object per number.
    /// The node must be an array.
    public func copyNumbers(into buffer: UnsafeMutableBufferPointer<Double>) -> NumberRow {
        let tape = document.tape
        var at = index + 1
        var count = 0
        var nulls = 0
        while JSONNode.tag(tape[at]) != UInt8(ascii: "]") {
            if count == buffer.count { return .tooLong(count: self.count) }
            if let number = JSONNode.number(tape, at),
                !document.isRewritten || number.magnitude != OversizedNumbers.marker
            {
                buffer[count] = number
                at += 2
            } else if JSONNode.tag(tape[at]) == UInt8(ascii: "n") {
                buffer[count] = .nan
                nulls += 1
                at += 1
            } else {
                return .notANumber(position: count, kind: JSONNode(document: document, index: at).kind)
            }
            count += 1
        }
        return .copied(count: count, nulls: nulls)
    }
}
