import Charts
import JSONDocument
import Perceptron

/// The examples of one set on which a plot looks at a classifier: all, or so many evenly spaced ones.
struct ScoredExamples: Sendable {
    /// Examples that are looked at; of a larger set as many, evenly spaced.
    private static let most = 100_000
    /// Multiply-adds that they may take: some seconds.
    private static let work = 1 << 37
    /// Outputs that they may have.
    private static let numbers = 1 << 23

    /// The set.
    let role: ExampleRole
    /// How many examples the set has.
    let count: Int
    /// Those that are looked at.
    let examples: ExampleSet

    /// The set `role`; nil for the dev set, or the first there is of test and training set.
    /// - Throws: the `409` for a regression, the fault of a set that does not exist.
    init(_ trained: TrainedJob, set role: ExampleRole?) throws {
        guard trained.data.task != .regression else {
            throw Problem(.wrongState, "The job is a regression, which has no classes.")
        }
        let role = role ?? [.dev, .test].first { trained.examples($0) != nil } ?? .train
        guard var set = trained.examples(role) else {
            throw Faults(pointer: "/query/set", detail: "names a set that the job does not have")
        }
        self.role = role
        count = set.count
        let most = min(
            ScoredExamples.most, max(1, ScoredExamples.numbers / trained.network.shape.outputs),
            max(1, ScoredExamples.work / max(trained.network.parameters.count, 1)))
        set.rows = Thinning.places(set.count, most: most).map { set.rows[$0] }
        examples = set
    }

    /// What they are, for a subtitle.
    var note: String {
        let all = NumberLabel.grouped(count)
        let weighted = examples.metricWeights == nil ? "" : ", by sample weight"
        return examples.count == count
            ? "\(all) \(role.rawValue) examples\(weighted)"
            : "\(NumberLabel.grouped(examples.count)) of \(all) \(role.rawValue) examples, evenly spaced\(weighted)"
    }

    /// Writes which examples a plot is about.
    func writeMembers(to json: inout JSONWriter) {
        json.member("set", role.rawValue)
        json.member("examples", count)
        json.member("scored", examples.count)
    }
}
