import HTTPDaemon
import JSONDocument

/// Reads a request's query parameters by name, each at most once; faults are told at `/query/<name>`.
struct QueryReader {
    private let parameters: [QueryParameter]
    private var known: Set<String> = []
    private let faults = FaultCollector()

    init(_ head: HTTPRequestHead) { parameters = head.query }

    /// The value of `name`, if given.
    mutating func string(_ name: String, limit: Int = 200) -> String? {
        known.insert(name)
        let values = parameters.filter { $0.name == name }.map(\.value)
        if values.count > 1 { fault(name, "appears more than once") }
        guard let value = values.first else { return nil }
        guard value.unicodeScalars.count <= limit else {
            fault(name, "must have at most \(limit) characters")
            return nil
        }
        return value
    }

    /// A whole number within `range`.
    mutating func integer(_ name: String, in range: ClosedRange<Int>) -> Int? {
        guard let text = string(name) else { return nil }
        guard let number = Int(text), range.contains(number) else {
            fault(name, "must be a whole number from \(range.lowerBound) to \(range.upperBound)")
            return nil
        }
        return number
    }

    /// A finite number for which `isLegal` holds; `rule` says the range in words ("must be …").
    mutating func number(_ name: String, _ rule: String, where isLegal: (Double) -> Bool) -> Double? {
        guard let text = string(name) else { return nil }
        // Double reads hexadecimal too, which is no JSON number.
        let isDecimal = text.utf8.allSatisfy { "0123456789+-.eE".utf8.contains($0) }
        guard isDecimal, let number = Double(text), number.isFinite, isLegal(number) else {
            fault(name, "must be \(rule)")
            return nil
        }
        return number
    }

    /// One of an enum's words.
    mutating func choice<Choice>(_ name: String, of type: Choice.Type = Choice.self) -> Choice?
    where Choice: CaseIterable & RawRepresentable, Choice.RawValue == String {
        guard let text = string(name) else { return nil }
        if let choice = Choice(rawValue: text) { return choice }
        fault(name, "must be one of \(Choice.allCases.map(\.rawValue).joined(separator: ", "))")
        return nil
    }

    /// `true` or `false`.
    mutating func boolean(_ name: String) -> Bool? {
        guard let text = string(name) else { return nil }
        if text == "true" || text == "false" { return text == "true" }
        fault(name, "must be true or false")
        return nil
    }

    /// Adds a fault at `name`.
    func fault(_ name: String, _ detail: String) { faults.add("/query/\(pointerToken(name))", detail) }

    /// Throws all faults, unknown parameters among them.
    func finish() throws(Faults) {
        for parameter in parameters where !known.contains(parameter.name) {
            fault(parameter.name, "is not a known query parameter")
        }
        try faults.throwIfAny()
    }
}
