import Hashing
import JSONDocument

extension DataSpecification {
    private enum SourceWord: String, CaseIterable {
        case examples = "inline"
        case sets, csv, dataset
    }

    /// Writes the specification as an object: what a job is stored with. `more` may add members that are not read back:
    /// `rows`, `inputs`, `classes` and `class_weights`.
    public func write(into json: inout JSONWriter, more: (inout JSONWriter) -> Void = { _ in }) {
        json.object { json in
            json.member("source", sourceWord.rawValue)
            if case .dataset(let id) = source {
                json.member("dataset", id)
            } else {
                json.member("dataset", String?.none)
            }
            json.member("table", table)
            if case .sets(let train, let dev, let test) = source {
                json.object("given_rows") { json in
                    json.member("train", train)
                    json.member("dev", dev)
                    json.member("test", test)
                }
            }
            json.name("target")
            if let target { target.write(into: &json) } else { json.null() }
            json.name("sample_weight")
            if let sampleWeight { sampleWeight.write(into: &json) } else { json.null() }
            json.name("features")
            if let features {
                json.array { json in for feature in features { feature.write(into: &json) } }
            } else {
                json.null()
            }
            json.member("task", task.rawValue)
            json.name("split")
            if split == SplitSpecification() { json.null() } else { writeSplit(into: &json) }
            json.member("normalize", normalize.rawValue)
            json.member("missing", missing.rawValue)
            json.name("augment")
            if let augment { augment.write(into: &json) } else { json.null() }
            if let arrangement {
                json.name("arrangement")
                arrangement.write(into: &json)
            }
            more(&json)
        }
    }

    private var sourceWord: SourceWord {
        switch source {
        case .examples: .examples
        case .sets: .sets
        case .csv: .csv
        case .dataset: .dataset
        }
    }

    private func writeSplit(into json: inout JSONWriter) {
        json.object { json in
            if let fractions = split.fractions {
                json.member("train", fractions.train)
                json.member("dev", fractions.dev)
                json.member("test", fractions.test)
            }
            if let stratify = split.stratify { json.member("stratify", stratify) }
        }
    }

    /// Reads what `write(into:)` wrote.
    public init(stored node: JSONNode, at pointer: String = "") throws(Faults) {
        let faults = FaultCollector()
        var reader = ObjectReader(node, at: pointer, faults: faults)
        self.init(source: .examples)
        switch reader.choice("source", of: SourceWord.self) {
        case .examples: source = .examples
        case .csv: source = .csv
        case .dataset: source = .dataset(id: reader.value("dataset")?.string ?? "")
        case .sets: source = DataSpecification.sets(&reader)
        case nil: reader.fault("source", "is required")
        }
        _ = reader.value("dataset")
        table = reader.string("table")
        if let table, !ContentHash.isWellFormed(table) { reader.fault("table", "must be a SHA-256 in hexadecimal") }
        readColumns(&reader)
        readOptions(&reader)
        arrangement = reader.value("arrangement").flatMap {
            SetArrangement(stored: $0, at: reader.pointer(to: "arrangement"), faults: faults)
        }
        for member in ["rows", "inputs", "classes", "class_weights"] { _ = reader.value(member) }
        reader.finish()
        try faults.throwIfAny()
    }

    private static func sets(_ reader: inout ObjectReader) -> Source {
        guard let node = reader.required("given_rows") else { return .examples }
        var rows = ObjectReader(node, at: reader.pointer(to: "given_rows"), faults: reader.faults)
        let range = 0...Int(Int32.max)
        let train = rows.integer("train", in: range) ?? 0
        let dev = rows.integer("dev", in: range) ?? 0
        let test = rows.integer("test", in: range) ?? 0
        rows.finish()
        return .sets(train: train, dev: dev, test: test)
    }
}

extension ColumnReference {
    /// Writes the name or the number.
    func write(into json: inout JSONWriter) {
        switch self {
        case .name(let name): json.value(name)
        case .index(let index): json.value(index)
        }
    }
}
