/// Reads the members of one JSON object by name, each at most once, and reports what is missing, wrong or unknown to
/// a `FaultCollector`. A reader method answers nil both for an absent member and for a faulty one.
public struct ObjectReader {
    /// JSON pointer of the object.
    public let pointer: String
    /// Where faults go.
    public let faults: FaultCollector
    private var members: [String: JSONNode] = [:]
    private var known: Set<String> = []
    private let isObject: Bool

    /// Opens `node`; anything but an object is a fault, and reads like an empty object.
    public init(_ node: JSONNode, at pointer: String, faults: FaultCollector) {
        self.pointer = pointer
        self.faults = faults
        isObject = node.kind == .object
        guard isObject else {
            faults.add(pointer, "must be an object, not \(article(node.kind))")
            return
        }
        for (name, value) in node.members {
            if members.updateValue(value, forKey: name) != nil {
                faults.add("\(pointer)/\(pointerToken(name))", "appears more than once")
            }
        }
    }

    /// The pointer of the member called `name`.
    public func pointer(to name: String) -> String { "\(pointer)/\(pointerToken(name))" }

    /// Whether the object has a member called `name`, null included.
    public func has(_ name: String) -> Bool { members[name] != nil }

    /// The member called `name`; null counts as absent when `nullIsAbsent`.
    public mutating func value(_ name: String, nullIsAbsent: Bool = true) -> JSONNode? {
        known.insert(name)
        guard let node = members[name], !(nullIsAbsent && node.isNull) else { return nil }
        return node
    }

    /// A member that must be there; in what is no object at all its absence is no fault of its own.
    public mutating func required(_ name: String) -> JSONNode? {
        let node = value(name)
        if node == nil, isObject { fault(name, "is required") }
        return node
    }

    /// Adds a fault at the member called `name`.
    public func fault(_ name: String, _ detail: String) { faults.add(pointer(to: name), detail) }

    /// A whole number within `range`.
    public mutating func integer(_ name: String, in range: ClosedRange<Int>) -> Int? {
        guard let node = value(name) else { return nil }
        guard let number = node.integer else {
            fault(name, "must be a whole number, not \(describe(node))")
            return nil
        }
        guard range.contains(number) else {
            fault(name, "must be \(words(range)), not \(number)")
            return nil
        }
        return number
    }

    /// A whole number from 0 to 2⁶⁴ − 1.
    public mutating func unsigned(_ name: String) -> UInt64? {
        guard let node = value(name) else { return nil }
        guard let number = node.unsigned else {
            fault(name, "must be a whole number from 0 to 18446744073709551615, not \(describe(node))")
            return nil
        }
        return number
    }

    /// A finite number for which `isLegal` holds; `rule` says the range in words ("must be …").
    public mutating func number(_ name: String, _ rule: String, where isLegal: (Double) -> Bool) -> Double? {
        guard let node = value(name) else { return nil }
        guard let number = node.number, number.isFinite else {
            fault(name, "must be a number, not \(describe(node))")
            return nil
        }
        guard isLegal(number) else {
            fault(name, "must be \(rule), not \(number)")
            return nil
        }
        return number
    }

    /// `true` or `false`.
    public mutating func boolean(_ name: String) -> Bool? {
        guard let node = value(name) else { return nil }
        guard let flag = node.boolean else {
            fault(name, "must be true or false, not \(describe(node))")
            return nil
        }
        return flag
    }

    /// A text of at most `limit` Unicode scalars, none of them NUL.
    public mutating func string(_ name: String, limit: Int = 1024) -> String? {
        guard let node = value(name) else { return nil }
        guard let text = node.string else {
            fault(name, "must be a string, not \(describe(node))")
            return nil
        }
        guard text.unicodeScalars.count <= limit else {
            fault(name, "must have at most \(limit) characters")
            return nil
        }
        guard !text.utf8.contains(0) else {
            fault(name, "must not contain the character NUL")
            return nil
        }
        return text
    }

    /// One of an enum's words.
    public mutating func choice<Choice>(_ name: String, of type: Choice.Type = Choice.self) -> Choice?
    where Choice: CaseIterable & RawRepresentable, Choice.RawValue == String {
        guard let node = value(name) else { return nil }
        return ObjectReader.choice(node, at: pointer(to: name), faults: faults)
    }

    /// Reads `node` as one of an enum's words.
    public static func choice<Choice>(_ node: JSONNode, at pointer: String, faults: FaultCollector) -> Choice?
    where Choice: CaseIterable & RawRepresentable, Choice.RawValue == String {
        if let word = node.string, let choice = Choice(rawValue: word) { return choice }
        let words = Choice.allCases.map { "\"\($0.rawValue)\"" }.joined(separator: ", ")
        faults.add(pointer, "must be one of \(words), not \(describe(node))")
        return nil
    }

    /// Reports every member that no call asked for.
    public func finish() {
        for name in members.keys.sorted() where !known.contains(name) {
            let expected = known.sorted().joined(separator: ", ")
            fault(name, "is not a known field; here one may use: \(expected)")
        }
    }
}

/// A value in words for a fault: short, and never the client's whole text back.
public func describe(_ node: JSONNode) -> String {
    switch node.kind {
    case .object, .array, .null, .oversized: article(node.kind)
    case .boolean: node.boolean == true ? "true" : "false"
    case .number: node.integer.map(String.init) ?? node.number.map { "\($0)" } ?? "a number"
    case .string: "\"\((node.string ?? "").prefix(40))\""
    }
}

private func article(_ kind: JSONNode.Kind) -> String {
    switch kind {
    case .object: "an object"
    case .array: "an array"
    case .string: "a string"
    case .number: "a number"
    case .boolean: "a boolean"
    case .null: "null"
    case .oversized: kind.rawValue
    }
}

private func words(_ range: ClosedRange<Int>) -> String {
    range.upperBound == .max ? "at least \(range.lowerBound)" : "from \(range.lowerBound) to \(range.upperBound)"
}
