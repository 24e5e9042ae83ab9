import JSONDocument

extension InputEncoding {
    /// Writes the members of a weights document's `input`, inside an object that the caller has open.
    public func writeMembers(into json: inout JSONWriter) {
        json.array("features") { json in for name in features { json.value(name) } }
        json.array("mean") { json in for number in mean { json.value(number) } }
        json.array("std") { json in for number in standardDeviation { json.value(number) } }
        json.name("missing_values")
        if let fill { json.array { json in for number in fill { json.value(number) } } } else { json.null() }
        json.array("columns") { json in
            for column in columns {
                json.object { json in
                    json.member("name", column.name)
                    json.member("index", column.index)
                    json.member("kind", column.kind.rawValue)
                    if column.kind == .text {
                        json.array("categories") { json in for text in column.categories { json.value(text) } }
                    }
                }
            }
        }
    }

    /// Reads an object with the members that `writeMembers(into:)` wrote.
    public init(_ node: JSONNode, at pointer: String = "") throws(Faults) {
        let faults = FaultCollector()
        var reader = ObjectReader(node, at: pointer, faults: faults)
        _ = reader.value("features")
        self.init(columns: [], mean: [], standardDeviation: [])
        mean = reader.numbers("mean") ?? []
        standardDeviation = reader.numbers("std") ?? []
        fill = reader.numbers("missing_values")
        for (index, element) in (reader.required("columns")?.elements.enumerated().map { $0 } ?? []) {
            var column = ObjectReader(element, at: "\(pointer)/columns/\(index)", faults: faults)
            columns.append(
                Column(
                    name: column.string("name", limit: .max), index: column.integer("index", in: 0...Int.max) ?? index,
                    kind: column.choice("kind") ?? .numeric,
                    categories: column.value("categories").map { $0.elements.compactMap(\.string) } ?? []))
            column.finish()
        }
        reader.finish()
        let inputs = columns.reduce(0) { $0 + ($1.kind == .text ? $1.categories.count : 1) }
        if mean.count != inputs || standardDeviation.count != inputs || (fill ?? mean).count != inputs {
            faults.add(pointer, "mean, std and missing_values must have one number for each of the \(inputs) inputs")
        }
        if !standardDeviation.allSatisfy({ $0 > 0 }) { reader.fault("std", "must be above 0") }
        try faults.throwIfAny()
    }
}

extension ObjectReader {
    /// An array of numbers.
    fileprivate mutating func numbers(_ name: String) -> [Double]? {
        guard let node = value(name) else { return nil }
        let numbers = node.elements.compactMap(\.number)
        if node.kind != .array || numbers.count != node.count { fault(name, "must be an array of numbers") }
        return numbers
    }
}
