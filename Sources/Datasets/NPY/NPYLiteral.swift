/// Reads the Python dict literal of an NPY header and nothing else of Python: strings, True, False and a tuple of whole
/// numbers. Every byte is looked at once.
struct NPYLiteral {
    /// The dict's members as far as they were there.
    struct Fields {
        var descr: String?
        var fortranOrder: Bool?
        var shape: [Int]?
    }

    private let bytes: [UInt8]
    private var at = 0
    /// NumPy arrays have at most 64 axes.
    private static let mostAxes = 64

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    private static let malformed = NPYHeader.Refusal(reason: "has an NPY header that is not the dict it should be")

    mutating func fields() throws(NPYHeader.Refusal) -> Fields {
        var fields = Fields()
        try expect("{")
        while !take("}") {
            let key = try string()
            try expect(":")
            switch key {
            case "descr" where fields.descr == nil:
                skipBlanks()
                if at < bytes.count, bytes[at] == UInt8(ascii: "[") || bytes[at] == UInt8(ascii: "(") {
                    throw NPYHeader.Refusal(reason: "is a structured array; only plain numbers are read")
                }
                fields.descr = try string()
            case "fortran_order" where fields.fortranOrder == nil: fields.fortranOrder = try boolean()
            case "shape" where fields.shape == nil: fields.shape = try tuple()
            default: throw NPYLiteral.malformed
            }
            if !take(",") {
                try expect("}")
                break
            }
        }
        skipBlanks()
        if at != bytes.count { throw NPYLiteral.malformed }
        return fields
    }

    private mutating func skipBlanks() {
        while at < bytes.count, bytes[at] == UInt8(ascii: " ") || bytes[at] == UInt8(ascii: "\n") { at += 1 }
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        skipBlanks()
        guard at < bytes.count, bytes[at] == UInt8(ascii: character) else { return false }
        at += 1
        return true
    }

    private mutating func expect(_ character: Unicode.Scalar) throws(NPYHeader.Refusal) {
        if !take(character) { throw NPYLiteral.malformed }
    }

    private mutating func string() throws(NPYHeader.Refusal) -> String {
        skipBlanks()
        guard at < bytes.count, bytes[at] == UInt8(ascii: "'") || bytes[at] == UInt8(ascii: "\"") else {
            throw NPYLiteral.malformed
        }
        let quote = bytes[at]
        let start = at + 1
        at = start
        while at < bytes.count, bytes[at] != quote {
            if bytes[at] == UInt8(ascii: "\\") { throw NPYLiteral.malformed }
            at += 1
        }
        if at == bytes.count { throw NPYLiteral.malformed }
        at += 1
        return String(decoding: bytes[start..<at - 1], as: UTF8.self)
    }

    private mutating func boolean() throws(NPYHeader.Refusal) -> Bool {
        skipBlanks()
        for (word, value) in [("True", true), ("False", false)] where bytes[at...].starts(with: word.utf8) {
            at += word.utf8.count
            return value
        }
        throw NPYLiteral.malformed
    }

    private mutating func tuple() throws(NPYHeader.Refusal) -> [Int] {
        var numbers: [Int] = []
        try expect("(")
        while !take(")") {
            guard numbers.count < NPYLiteral.mostAxes else { throw NPYLiteral.malformed }
            numbers.append(try wholeNumber())
            if !take(",") {
                try expect(")")
                break
            }
        }
        return numbers
    }

    private mutating func wholeNumber() throws(NPYHeader.Refusal) -> Int {
        skipBlanks()
        let start = at
        var value = 0
        while at < bytes.count, bytes[at] &- UInt8(ascii: "0") <= 9 {
            let (tenfold, tooLarge) = value.multipliedReportingOverflow(by: 10)
            let (sum, over) = tenfold.addingReportingOverflow(Int(bytes[at] - UInt8(ascii: "0")))
            if tooLarge || over { throw NPYHeader.Refusal(reason: "has a shape beyond any memory") }
            value = sum
            at += 1
        }
        if at == start { throw NPYLiteral.malformed }
        // Python 2 wrote long integers with an L.
        if at < bytes.count, bytes[at] == UInt8(ascii: "L") { at += 1 }
        return value
    }
}
