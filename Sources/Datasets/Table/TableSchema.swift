import JSONDocument
import Perceptron

/// What a table's columns are.
public struct TableSchema: Hashable, Sendable {
    /// One column.
    public struct Column: Hashable, Sendable {
        /// What the cells mean.
        public enum Kind: String, CaseIterable, Codable, Sendable {
            /// The cell is the number.
            case numeric
            /// The cell is an index into `categories`.
            case text
            /// The cell is 0 for false and 1 for true.
            case boolean
        }

        /// From the header or the document; nil where there was none.
        public var name: String?
        /// What the cells mean.
        public var kind: Kind
        /// A text column's distinct texts in the order of their UTF-8 bytes; empty for the other kinds.
        public var categories: [String]
        /// Missing cells.
        public var missing: Int
        /// First row with a missing cell, counted from 1.
        public var firstMissingRow: Int?

        /// A column without missing cells unless told otherwise.
        public init(
            name: String?, kind: Kind = .numeric, categories: [String] = [], missing: Int = 0,
            firstMissingRow: Int? = nil
        ) {
            self.name = name
            self.kind = kind
            self.categories = categories
            self.missing = missing
            self.firstMissingRow = firstMissingRow
        }
    }

    /// Rows; at least 1.
    public var rows: Int
    /// Columns, first to last; at least 1.
    public var columns: [Column]
    /// The column that is the target unless a job names another: the `y` of data given as x and y.
    public var target: Int?
    /// The column that holds what each row counts: the `sample_weight` given beside x and y.
    public var sampleWeight: Int?

    /// A schema.
    public init(rows: Int, columns: [Column], target: Int? = nil, sampleWeight: Int? = nil) {
        self.rows = rows
        self.columns = columns
        self.target = target
        self.sampleWeight = sampleWeight
    }

    /// How a fault speaks of column `index`: its name if it has one, else its number from 0.
    func title(_ index: Int) -> String { columnTitle(name: columns[index].name, index: index) }

    /// Writes the schema as an object.
    public func write(into json: inout JSONWriter) {
        json.object { json in
            json.member("rows", rows)
            json.array("columns") { json in
                for column in columns {
                    json.object { json in
                        if let name = column.name { json.member("name", name) }
                        json.member("kind", column.kind.rawValue)
                        if column.kind == .text {
                            json.array("categories") { json in for text in column.categories { json.value(text) } }
                        }
                        json.member("missing", column.missing)
                        if let row = column.firstMissingRow { json.member("first_missing_row", row) }
                    }
                }
            }
            if let target { json.member("target", target) }
            if let sampleWeight { json.member("sample_weight", sampleWeight) }
        }
    }

    /// Reads what `write(into:)` wrote.
    public init(_ node: JSONNode, at pointer: String = "") throws(Faults) {
        let faults = FaultCollector()
        var reader = ObjectReader(node, at: pointer, faults: faults)
        rows = reader.integer("rows", in: 1...Int(Int32.max)) ?? 0
        if rows == 0 { reader.fault("rows", "is required") }
        columns = []
        let list = reader.required("columns")
        for (index, element) in (list?.elements ?? node.elements).enumerated() {
            columns.append(Column(element, at: "\(reader.pointer(to: "columns"))/\(index)", faults: faults))
        }
        if columns.isEmpty { reader.fault("columns", "must not be empty") }
        target = reader.integer("target", in: 0...Swift.max(columns.count - 1, 0))
        sampleWeight = reader.integer("sample_weight", in: 0...Swift.max(columns.count - 1, 0))
        reader.finish()
        try faults.throwIfAny()
    }
}

extension TableSchema.Column {
    fileprivate init(_ node: JSONNode, at pointer: String, faults: FaultCollector) {
        var reader = ObjectReader(node, at: pointer, faults: faults)
        name = reader.string("name", limit: .max)
        kind = .numeric
        if reader.required("kind") != nil { kind = reader.choice("kind") ?? .numeric }
        categories = reader.value("categories").map { $0.elements.compactMap(\.string) } ?? []
        missing = reader.integer("missing", in: 0...Int(Int32.max)) ?? 0
        firstMissingRow = reader.integer("first_missing_row", in: 1...Int(Int32.max))
        reader.finish()
    }
}

/// How a fault speaks of a column.
func columnTitle(name: String?, index: Int) -> String { name.map { "column \"\($0)\"" } ?? "column \(index)" }

/// A number of cells in words.
func cellCount(_ count: Int) -> String { count == 1 ? "1 cell" : "\(count) cells" }
