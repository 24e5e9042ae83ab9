import JSONDocument
import Perceptron

/// How a row of cells becomes the network's inputs: part of the model, so that predictions see what training saw.
public struct InputEncoding: Hashable, Sendable {
    /// A cell of the rows the model takes.
    public struct Column: Hashable, Sendable {
        /// Its name, if it has one.
        public var name: String?
        /// Its number in the training data.
        public var index: Int
        /// What its cells are.
        public var kind: TableSchema.Column.Kind
        /// A text column's categories, each of which is one input; empty for other kinds, which are one input.
        public var categories: [String]

        /// A column of numbers unless told otherwise.
        public init(name: String?, index: Int, kind: TableSchema.Column.Kind = .numeric, categories: [String] = []) {
            self.name = name
            self.index = index
            self.kind = kind
            self.categories = categories
        }
    }

    /// The cells of a row, first to last.
    public var columns: [Column]
    /// Subtracted from each input; 0 without normalisation.
    public var mean: [Double]
    /// Divides each input; 1 without normalisation.
    public var standardDeviation: [Double]
    /// Each input where its cell is missing, before normalisation; nil if cells must not be missing.
    public var fill: [Double]?

    /// An encoding; mean, deviation and fill have one number per input.
    public init(columns: [Column], mean: [Double], standardDeviation: [Double], fill: [Double]? = nil) {
        self.columns = columns
        self.mean = mean
        self.standardDeviation = standardDeviation
        self.fill = fill
    }

    /// Network inputs n_x.
    public var inputCount: Int { mean.count }

    /// The inputs' names: "sepal", or "color=red" for a category; columns without a name are x and their number.
    public var features: [String] {
        columns.flatMap { column in
            let name = column.name ?? "x\(column.index)"
            return column.kind == .text ? column.categories.map { "\(name)=\($0)" } : [name]
        }
    }
}
