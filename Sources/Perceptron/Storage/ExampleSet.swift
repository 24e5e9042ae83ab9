/// A read-only row-major table that lies in memory (or a mapped file) owned by someone else.
///
/// @unchecked: the bytes at `base` are never written after the table is made, and `owner` keeps them alive.
public struct FeatureTable: @unchecked Sendable {
    /// The cells' number format.
    public enum Element: String, Codable, Sendable {
        case float32, float64
    }

    /// The first cell.
    public let base: UnsafeRawPointer
    /// Format of every cell.
    public let element: Element
    /// Rows.
    public let rows: Int
    /// Cells per row; rows follow each other without gaps.
    public let columns: Int
    private let owner: (any AnyObject & Sendable)?

    /// A table over `rows × columns` cells at `base`, which live as long as `owner`.
    public init(base: UnsafeRawPointer, element: Element, rows: Int, columns: Int, owner: (any AnyObject & Sendable)?) {
        self.base = base
        self.element = element
        self.rows = rows
        self.columns = columns
        self.owner = owner
    }

    /// The cell at (row, column), NaN if missing.
    public subscript(row: Int, column: Int) -> Double {
        let index = row * columns + column
        return switch element {
        case .float32: Double(base.load(fromByteOffset: index * 4, as: Float.self))
        case .float64: base.load(fromByteOffset: index * 8, as: Double.self)
        }
    }
}

/// How one network input is made from a table's row: (v − mean) / standardDeviation, where v is the cell, or for a
/// one-hot input 1 if the cell is the category's code and 0 if not.
public struct InputFeature: Hashable, Sendable {
    /// Column of the table.
    public var column: Int
    /// The category code that makes a one-hot input 1.
    public var category: Double?
    /// Subtracted from v.
    public var mean: Double
    /// Divides; 1 for a constant column and without normalisation.
    public var standardDeviation: Double
    /// What v is when the cell is missing (NaN); nil where missing cells cannot occur.
    public var missingValue: Double?

    /// The plain cell unless told otherwise.
    public init(
        column: Int, category: Double? = nil, mean: Double = 0, standardDeviation: Double = 1,
        missingValue: Double? = nil
    ) {
        self.column = column
        self.category = category
        self.mean = mean
        self.standardDeviation = standardDeviation
        self.missingValue = missingValue
    }
}

/// How a table's cell becomes the target y.
public enum TargetEncoding: Hashable, Sendable {
    /// Regression: the cell itself.
    case value
    /// Classification: class k is the cell value `codes[k]`.
    case classes(codes: [Double])
}

/// Some rows of a table as training examples: nothing is copied, the engine encodes batch by batch.
public struct ExampleSet: Sendable {
    /// Where the cells are.
    public var table: FeatureTable
    /// The rows of this set, in order.
    public var rows: [Int32]
    /// The network's inputs, first to last.
    public var inputs: [InputFeature]
    /// The target's column.
    public var targetColumn: Int
    /// The target's meaning.
    public var targetEncoding: TargetEncoding
    /// What each example counts; nil: all the same.
    public var weights: ExampleWeights?

    /// Examples over `rows` of `table`.
    public init(
        table: FeatureTable, rows: [Int32], inputs: [InputFeature], targetColumn: Int, targetEncoding: TargetEncoding,
        weights: ExampleWeights? = nil
    ) {
        self.table = table
        self.rows = rows
        self.inputs = inputs
        self.targetColumn = targetColumn
        self.targetEncoding = targetEncoding
        self.weights = weights
    }

    /// Number of examples m.
    public var count: Int { rows.count }
}

/// The sets of one training run; they share table, inputs and target.
public struct DataSets: Sendable {
    /// What the parameters are fitted to; not empty.
    public var train: ExampleSet
    /// What choices are made on.
    public var dev: ExampleSet?
    /// What is looked at once, at the end.
    public var test: ExampleSet?
    /// What steps make of the training examples; nil where they see them as they are.
    public var augmentation: Augmentation?

    /// The sets of one run.
    public init(
        train: ExampleSet, dev: ExampleSet? = nil, test: ExampleSet? = nil, augmentation: Augmentation? = nil
    ) {
        self.train = train
        self.dev = dev
        self.test = test
        self.augmentation = augmentation
    }
}
