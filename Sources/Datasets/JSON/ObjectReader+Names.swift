import JSONDocument

extension ObjectReader {
    /// An array of strings.
    mutating func names(_ name: String) -> [String]? {
        guard let node = value(name) else { return nil }
        guard node.kind == .array else {
            fault(name, "must be an array of strings, not \(describe(node))")
            return nil
        }
        var names: [String] = []
        for (index, element) in node.elements.enumerated() {
            if let text = element.string {
                names.append(text)
            } else {
                faults.add("\(pointer(to: name))/\(index)", "must be a string, not \(describe(element))")
            }
        }
        return names
    }
}
