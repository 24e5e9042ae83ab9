import JSONDocument
import Perceptron

/// A job's `data` without the data itself: where the table is and how examples are made of it.
public struct DataSpecification: Hashable, Sendable {
    /// Where the table came from.
    public enum Source: Hashable, Sendable {
        /// `x` and `y` in the job.
        case examples
        /// `train`, `dev` and `test` in the job: this many rows each, one after the other in the table.
        case sets(train: Int, dev: Int, test: Int)
        /// CSV text in the job.
        case csv
        /// An uploaded data set.
        case dataset(id: String)
    }

    /// Where the table came from.
    public var source: Source
    /// The table's hash; nil for an uploaded set that was not looked up yet.
    public var table: String?
    /// nil: the table's own target (`y`).
    public var target: ColumnReference?
    /// nil: the table's own weights, if it has any.
    public var sampleWeight: ColumnReference?
    /// nil: all columns but the target and the weights.
    public var features: [ColumnReference]?
    /// What is predicted.
    public var task: TaskChoice
    /// How rows are dealt; nothing to choose for explicit sets.
    public var split: SplitSpecification
    /// What is done to inputs.
    public var normalize: Normalization
    /// What is done about missing cells.
    public var missing: MissingPolicy
    /// How training examples are varied; nil: they stay as they are.
    public var augment: AugmentSpecification?
    /// What a job of a sweep makes of the sets; nil for all others.
    public var arrangement: SetArrangement?

    /// A specification; the defaults are the contract's.
    public init(
        source: Source, table: String? = nil, target: ColumnReference? = nil,
        sampleWeight: ColumnReference? = nil, features: [ColumnReference]? = nil, task: TaskChoice = .auto,
        split: SplitSpecification = SplitSpecification(),
        normalize: Normalization = .standard, missing: MissingPolicy = .error,
        augment: AugmentSpecification? = nil, arrangement: SetArrangement? = nil
    ) {
        self.source = source
        self.table = table
        self.target = target
        self.sampleWeight = sampleWeight
        self.features = features
        self.task = task
        self.split = split
        self.normalize = normalize
        self.missing = missing
        self.augment = augment
        self.arrangement = arrangement
    }
}
