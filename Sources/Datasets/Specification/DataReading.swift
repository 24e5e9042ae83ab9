import JSONDocument

/// Reads parts of a `data` object that are the same in a request and in storage.
enum DataOptionsReader {
    static func columnReference(_ node: JSONNode, at pointer: String, _ faults: FaultCollector) -> ColumnReference? {
        if let name = node.string { return .name(name) }
        if let index = node.integer, index >= 0 { return .index(index) }
        faults.add(pointer, "must be a column's name or its number from 0, not \(describe(node))")
        return nil
    }

    static func columnReferences(_ node: JSONNode, at pointer: String, _ faults: FaultCollector) -> [ColumnReference]? {
        guard node.kind == .array else {
            faults.add(pointer, "must be an array of column names or numbers, not \(describe(node))")
            return nil
        }
        var references: [ColumnReference] = []
        for (index, element) in node.elements.enumerated() {
            guard let reference = columnReference(element, at: "\(pointer)/\(index)", faults) else { continue }
            references.append(reference)
        }
        if node.count == 0 { faults.add(pointer, "must name at least one column") }
        return references
    }

    static func split(_ node: JSONNode, at pointer: String, _ faults: FaultCollector) -> SplitSpecification {
        var reader = ObjectReader(node, at: pointer, faults: faults)
        let known = faults.faults.count
        let train = reader.number("train", "above 0 and at most 1") { $0 > 0 && $0 <= 1 }
        let dev = reader.number("dev", "from 0 to below 1") { $0 >= 0 && $0 < 1 }
        let test = reader.number("test", "from 0 to below 1") { $0 >= 0 && $0 < 1 }
        let stratify = reader.boolean("stratify")
        reader.finish()
        var split = SplitSpecification(stratify: stratify)
        guard faults.faults.count == known, train != nil || dev != nil || test != nil else { return split }
        let rest = (dev ?? 0) + (test ?? 0)
        let fractions = SplitSpecification.Fractions(train: train ?? 1 - rest, dev: dev ?? 0, test: test ?? 0)
        let sum = fractions.train + rest
        if abs(sum - 1) > 1e-9 {
            faults.add(pointer, "train, dev and test must sum to 1, not \(sum)")
        } else if fractions.train <= 1e-9 {
            faults.add(pointer, "leaves no rows for training")
        }
        split.fractions = fractions
        return split
    }
}

extension DataSpecification {
    /// Reads `task`, `split`, `normalize`, `missing` and `augment`.
    mutating func readOptions(_ reader: inout ObjectReader) {
        task = reader.choice("task") ?? .auto
        if let node = reader.value("split") {
            split = DataOptionsReader.split(node, at: reader.pointer(to: "split"), reader.faults)
        }
        normalize = reader.choice("normalize") ?? .standard
        missing = reader.choice("missing") ?? .error
        augment = AugmentSpecification(reading: &reader)
    }

    /// Reads `target`, `sample_weight` and `features` as columns.
    mutating func readColumns(_ reader: inout ObjectReader) {
        target = reader.value("target").flatMap {
            DataOptionsReader.columnReference($0, at: reader.pointer(to: "target"), reader.faults)
        }
        sampleWeight = reader.value("sample_weight").flatMap {
            DataOptionsReader.columnReference($0, at: reader.pointer(to: "sample_weight"), reader.faults)
        }
        features = reader.value("features").flatMap {
            DataOptionsReader.columnReferences($0, at: reader.pointer(to: "features"), reader.faults)
        }
    }
}
