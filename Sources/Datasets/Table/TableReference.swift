import Hashing
import JSONDocument
import Perceptron

/// A stored table: what a job or data set keeps of it.
public struct TableReference: Hashable, Sendable {
    /// SHA-256 of the table file, 64 hexadecimal digits; its name.
    public let hash: String
    /// Size of the table file.
    public let bytes: Int
    /// Format of the cells: float32 where every number is exact in it, else float64.
    public let element: FeatureTable.Element
    /// What the columns are.
    public let schema: TableSchema
    /// The table itself where it is so small that it has no file: whoever keeps the reference keeps this.
    public let content: [UInt8]?

    /// A reference to a stored table.
    public init(
        hash: String, bytes: Int, element: FeatureTable.Element, schema: TableSchema, content: [UInt8]? = nil
    ) {
        self.hash = hash
        self.bytes = bytes
        self.element = element
        self.schema = schema
        self.content = content
    }

    /// Writes the reference, not the table itself, as an object.
    public func write(into json: inout JSONWriter) {
        json.object { json in
            json.member("hash", hash)
            json.member("bytes", bytes)
            json.member("element", element.rawValue)
            json.name("schema")
            schema.write(into: &json)
        }
    }

    /// Reads what `write(into:)` wrote.
    public init(_ node: JSONNode, at pointer: String = "") throws(Faults) {
        let faults = FaultCollector()
        var reader = ObjectReader(node, at: pointer, faults: faults)
        let hash = reader.string("hash") ?? ""
        if !ContentHash.isWellFormed(hash) { reader.fault("hash", "must be a SHA-256 in hexadecimal") }
        let bytes = reader.integer("bytes", in: 0...Int.max)
        let element = reader.string("element").flatMap(FeatureTable.Element.init(rawValue:))
        if element == nil { reader.fault("element", "must be \"float32\" or \"float64\"") }
        let schemaNode = reader.required("schema")
        reader.finish()
        guard let bytes, let element, let schemaNode, faults.faults.isEmpty else {
            faults.add(pointer, "is not a table reference")
            throw Faults(faults.faults)
        }
        let schema = try TableSchema(schemaNode, at: reader.pointer(to: "schema"))
        self.init(hash: hash, bytes: bytes, element: element, schema: schema)
    }
}
