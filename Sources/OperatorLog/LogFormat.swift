import Jobs
import Logging

/// How a record looks: one line, whatever is in it.
public enum LogFormat: String, CaseIterable, Sendable {
    /// Time, level, message, and fields as `name=value`.
    case text
    /// One JSON object.
    case json
}

/// One line of the log on its way: its start, then a field at a time.
package struct LogLine {
    private(set) var bytes: [UInt8] = []
    private let format: LogFormat

    /// The start of a line.
    package init(_ format: LogFormat, at time: Timestamp, level: String, message: String) {
        self.format = format
        bytes.reserveCapacity(320)
        switch format {
        case .text:
            time.write(to: &bytes)
            bytes.append(UInt8(ascii: " "))
            bytes.append(contentsOf: level.utf8)
            bytes.append(UInt8(ascii: " "))
            Escaping.append(message, to: &bytes, quoted: false)
        case .json:
            append(raw: #"{"time":""#)
            time.write(to: &bytes)
            append(raw: #"","level":""#)
            append(raw: level)
            append(raw: #"","message":"#)
            Escaping.append(message, to: &bytes, quoted: true)
        }
    }

    /// A field with a text, which can hold anything.
    package mutating func add(_ name: String, _ value: String) {
        begin(name)
        switch format {
        case .text: Escaping.append(value, to: &bytes, quoted: !Escaping.isPlain(value))
        case .json: Escaping.append(value, to: &bytes, quoted: true)
        }
    }

    /// A field with a whole number.
    package mutating func add(_ name: String, _ number: Int) {
        begin(name)
        Decimal.append(number, to: &bytes)
    }

    /// A field with a number; JSON has none that are not finite, those are texts there.
    package mutating func add(_ name: String, _ number: Double) {
        guard number.isFinite else { return add(name, number.description) }
        begin(name)
        append(raw: number.description)
    }

    /// A field that says whether something is so.
    package mutating func add(_ name: String, _ flag: Bool) {
        begin(name)
        append(raw: flag.description)
    }

    /// A field with a number of thousandths.
    package mutating func add(_ name: String, thousandths: Int) {
        begin(name)
        Decimal.append(thousandths: thousandths, to: &bytes)
    }

    /// The whole line.
    package consuming func finish() -> [UInt8] {
        if format == .json { bytes.append(UInt8(ascii: "}")) }
        bytes.append(UInt8(ascii: "\n"))
        return bytes
    }

    private mutating func begin(_ name: String) {
        switch format {
        case .text:
            bytes.append(UInt8(ascii: " "))
            Escaping.appendName(name, to: &bytes)
            bytes.append(UInt8(ascii: "="))
        case .json:
            bytes.append(UInt8(ascii: ","))
            Escaping.append(name, to: &bytes, quoted: true)
            bytes.append(UInt8(ascii: ":"))
        }
    }

    private mutating func append(raw text: String) { bytes.append(contentsOf: text.utf8) }
}
