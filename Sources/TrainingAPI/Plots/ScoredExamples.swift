import Charts
import Datasets
import JSONDocument
import Jobs
import Perceptron

/// Examples of one set with what a classifier says of each.
package struct ScoredExamples: Sendable {
    /// Examples that are looked at; of a larger set as many, evenly spaced.
    package static let most = 100_000
    /// Multiply-adds that they may take: some seconds.
    private static let work = 1 << 37
    /// Outputs that they may have.
    private static let numbers = 1 << 23

    /// The set.
    package let role: ExampleRole
    /// How many examples the set has.
    package let count: Int
    /// The true classes, from 0.
    package let classes: [Int]
    /// (examples, outputs), row-major.
    package let outputs: [Double]

    /// The set `role`; nil for the dev set, or the first there is of test and training set.
    /// - Throws: the `409` for a regression, the fault of a set that does not exist.
    package init(_ model: PlottedModel, set role: ExampleRole?) throws {
        guard model.data.task != .regression else {
            throw Problem(.wrongState, "The job is a regression, which has no classes.")
        }
        let role = role ?? [.dev, .test].first { model.examples($0) != nil } ?? .train
        guard var set = model.examples(role) else {
            throw Faults(pointer: "/query/set", detail: "names a set that the job does not have")
        }
        self.role = role
        count = set.count
        let shape = model.network.shape
        let most = min(
            ScoredExamples.most, max(1, ScoredExamples.numbers / shape.outputs),
            max(1, ScoredExamples.work / max(model.network.parameters.count, 1)))
        set.rows = Thinning.places(set.count, most: most).map { set.rows[$0] }
        let decode = TargetDecoder(set.targetEncoding)
        classes = set.rows.map { Int(decode(set.table[Int($0), set.targetColumn])) }
        outputs = try model.network.predict(set)
    }

    /// What they are, for a subtitle.
    var note: String {
        let all = NumberLabel.grouped(count)
        return classes.count == count
            ? "\(all) \(role.rawValue) examples"
            : "\(NumberLabel.grouped(classes.count)) of \(all) \(role.rawValue) examples, evenly spaced"
    }

    /// Writes which examples a plot is about.
    func writeMembers(to json: inout JSONWriter) {
        json.member("set", role.rawValue)
        json.member("examples", count)
        json.member("scored", classes.count)
    }
}
