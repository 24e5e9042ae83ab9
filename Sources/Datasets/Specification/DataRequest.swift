import JSONDocument

/// A job's `data` as the client sent it: the specification, and the data itself where the job carries it.
public struct DataRequest: Sendable {
    /// What the job says of its data; without a table as yet.
    public private(set) var specification: DataSpecification
    private let content: Content

    private enum Content: Sendable {
        case examples([ExamplesNode], names: [String]?)
        case csv(text: String, CSVOptions)
        case uploaded
    }

    private let pointer: String

    /// Reads `data`; all that is wrong with it goes to `faults`, and then the answer is nil.
    public init?(_ node: JSONNode, at pointer: String = "/data", faults: FaultCollector) {
        let known = faults.faults.count
        var reader = ObjectReader(node, at: pointer, faults: faults)
        self.pointer = pointer
        specification = DataSpecification(source: .examples)
        specification.readOptions(&reader)
        let form = Form(&reader)
        var content: Content?
        switch form {
        case .examples:
            let names = reader.names("features")
            if let part = ExamplesNode(node, at: pointer, faults) { content = .examples([part], names: names) }
        case .sets:
            let names = reader.names("features")
            content = DataRequest.sets(&reader, &specification).map { .examples($0, names: names) }
        case .csv:
            specification.source = .csv
            specification.readColumns(&reader)
            _ = reader.required("target")
            let options = CSVOptions(header: reader.boolean("header"), delimiter: reader.choice("delimiter"))
            content = reader.string("csv", limit: .max).map { .csv(text: $0, options) }
        case .dataset:
            specification.readColumns(&reader)
            if let id = reader.string("dataset", limit: 256) { specification.source = .dataset(id: id) }
            content = .uploaded
        case nil: break
        }
        form?.refuseOthers(&reader)
        reader.finish()
        guard let content, faults.faults.count == known else { return nil }
        self.content = content
    }

    private static func sets(_ reader: inout ObjectReader, _ specification: inout DataSpecification) -> [ExamplesNode]?
    {
        var parts: [ExamplesNode] = []
        var counts = ["train": 0, "dev": 0, "test": 0]
        for name in ["train", "dev", "test"] {
            guard let node = name == "train" ? reader.required(name) : reader.value(name) else { continue }
            let pointer = reader.pointer(to: name)
            var set = ObjectReader(node, at: pointer, faults: reader.faults)
            _ = (set.value("x"), set.value("y"), set.value("sample_weight"))
            set.finish()
            guard node.kind == .object, let part = ExamplesNode(node, at: pointer, reader.faults) else { continue }
            parts.append(part)
            counts[name] = part.rows
        }
        if parts.contains(where: { $0.weights != nil }) {
            for part in parts where part.weights == nil {
                reader.faults.add("\(part.pointer)/sample_weight", "is required: another set has weights")
            }
        }
        specification.source = .sets(train: counts["train"] ?? 0, dev: counts["dev"] ?? 0, test: counts["test"] ?? 0)
        return parts.isEmpty ? nil : parts
    }

    /// Stores the data that the job carries, and answers with the complete specification and what was stored.
    /// For an uploaded set there is nothing to store: the answer's reference is nil and `table` is the caller's to set.
    public func ingest(into store: TableStore) throws(IngestionError) -> (DataSpecification, TableReference?) {
        var complete = specification
        let reference: TableReference
        switch content {
        case .uploaded: return (complete, nil)
        case .examples(let parts, let names):
            reference = try store.ingest(parts, names: names, namesPointer: "\(pointer)/features")
        case .csv(var text, let options):
            let pointer = "\(pointer)/csv"
            let result = text.withUTF8 { bytes in
                Result { () throws(IngestionError) in
                    try store.ingestCSV(UnsafeRawBufferPointer(bytes), options: options, at: pointer)
                }
            }
            reference = try result.get()
        }
        complete.table = reference.hash
        return (complete, reference)
    }
}

/// The four ways to give data, by the members that are theirs alone.
private enum Form: String, CaseIterable {
    case examples, sets, csv, dataset

    /// The members that tell the form.
    var marks: [String] {
        switch self {
        case .examples: ["x", "y"]
        case .sets: ["train", "dev", "test"]
        case .csv: ["csv"]
        case .dataset: ["dataset"]
        }
    }

    /// Members that make no sense with the form, beside the other forms' marks.
    var refused: [String] {
        switch self {
        case .examples: ["target", "header", "delimiter"]
        case .sets: ["target", "sample_weight", "header", "delimiter", "split"]
        case .csv: []
        case .dataset: ["header", "delimiter"]
        }
    }

    /// The form of a `data` object; none or several are a fault.
    init?(_ reader: inout ObjectReader) {
        for mark in Form.allCases.flatMap(\.marks) { _ = reader.value(mark) }
        for name in ["target", "sample_weight", "features", "header", "delimiter"] { _ = reader.value(name) }
        let forms = Form.allCases.filter { form in form.marks.contains { reader.value($0) != nil } }
        if forms.count == 1 {
            self = forms[0]
            return
        }
        let choices = "x and y, train (with dev and test), csv, or dataset"
        if forms.isEmpty {
            reader.faults.add(reader.pointer, "must give the data as one of: \(choices)")
        } else {
            let found = forms.flatMap(\.marks).filter { reader.has($0) }.joined(separator: ", ")
            reader.faults.add(reader.pointer, "has \(found): give the data in one way, as \(choices)")
        }
        return nil
    }

    func refuseOthers(_ reader: inout ObjectReader) {
        for name in refused where reader.value(name) != nil {
            reader.fault(name, "does not go with \(marks.joined(separator: " and "))")
        }
    }
}

extension ExamplesNode {
    /// The x and y of an object, both needed, and its weights.
    init?(_ node: JSONNode, at pointer: String, _ faults: FaultCollector) {
        let x = node["x"]
        let y = node["y"]
        if x == nil { faults.add("\(pointer)/x", "is required") }
        if y == nil { faults.add("\(pointer)/y", "is required") }
        guard let x, let y else { return nil }
        let weights = node["sample_weight"].flatMap { $0.isNull ? nil : $0 }
        self.init(x: x, y: y, weights: weights, pointer: pointer)
    }
}
