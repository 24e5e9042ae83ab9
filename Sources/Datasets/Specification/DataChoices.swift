import Perceptron

/// What a job says of its task.
public enum TaskChoice: String, CaseIterable, Codable, Sendable {
    /// By the target's values: see `prepare`.
    case auto
    case binary
    case multiclass
    case regression

    /// The task, unless it is still to be found out.
    public var task: Task? { Task(rawValue: rawValue) }

    /// The choice that names `task`.
    public init(_ task: Task) {
        self =
            switch task {
            case .binary: .binary
            case .multiclass: .multiclass
            case .regression: .regression
            }
    }
}

/// What is done to the inputs.
public enum Normalization: String, CaseIterable, Codable, Sendable {
    /// (v − mean) / standard deviation of the training rows; a constant column is only centred.
    case standard
    case none
}

/// What is done about missing cells.
public enum MissingPolicy: String, CaseIterable, Codable, Sendable {
    /// They are a fault.
    case error
    /// A feature's missing cell becomes the mean of the training rows (of a category: its share); a missing target is
    /// still a fault.
    case mean
    /// Rows with a missing feature or target are left out of all sets.
    case drop
}

/// A column as a job names it.
public enum ColumnReference: Hashable, Sendable {
    /// By its name.
    case name(String)
    /// By its number from 0.
    case index(Int)
}

/// How rows are dealt into sets.
public struct SplitSpecification: Hashable, Sendable {
    /// Shares of the rows; they sum to 1.
    public struct Fractions: Hashable, Sendable {
        /// In (0, 1].
        public var train: Double
        /// In [0, 1).
        public var dev: Double
        /// In [0, 1).
        public var test: Double

        /// Shares that sum to 1.
        public init(train: Double, dev: Double, test: Double) {
            self.train = train
            self.dev = dev
            self.test = test
        }

        /// What a job gets that names none.
        public static func standard(rows: Int) -> Fractions {
            switch rows {
            case ..<20: Fractions(train: 1, dev: 0, test: 0)
            case ..<10_000: Fractions(train: 0.6, dev: 0.2, test: 0.2)
            case ..<1_000_000: Fractions(train: 0.8, dev: 0.1, test: 0.1)
            default: Fractions(train: 0.98, dev: 0.01, test: 0.01)
            }
        }
    }

    /// nil: by the number of rows.
    public var fractions: Fractions?
    /// Each class in each set by its share; nil: for classification.
    public var stratify: Bool?

    /// Everything by default unless given.
    public init(fractions: Fractions? = nil, stratify: Bool? = nil) {
        self.fractions = fractions
        self.stratify = stratify
    }
}
