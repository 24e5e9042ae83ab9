import JSONDocument
import Perceptron

/// A table ready for training.
public struct PreparedData: Sendable {
    /// The specification with task, target and split decided; preparing it anew with the same seed gives the same data.
    public var specification: DataSpecification
    /// What is predicted.
    public var task: Task
    /// The classes in the order of the outputs, numbers by size, texts by their UTF-8 bytes, false before true; for
    /// `binary` the second is the one whose probability is the output. Empty for regression.
    public var classes: [ClassLabel]
    /// What the examples of each class count, in the order of `classes`; nil: the same.
    public var classWeights: [Double]?
    /// What the engine reads.
    public var sets: DataSets
    /// What the model keeps of the encoding.
    public var encoding: InputEncoding

    /// Network inputs.
    public var inputCount: Int { encoding.inputCount }
    /// Network outputs: one per class, or 1.
    public var outputCount: Int { task == .multiclass ? classes.count : 1 }
    /// Training rows.
    public var trainRows: Int { sets.train.count }
    /// Dev rows, 0 without a dev set.
    public var devRows: Int { sets.dev?.count ?? 0 }
    /// Test rows, 0 without a test set.
    public var testRows: Int { sets.test?.count ?? 0 }
}

extension PreparedData {
    /// Where the client gave the target of the table's `row` (from 0).
    public func pointer(toTargetOfRow row: Int) -> String {
        DataPointers(base: "/data", source: specification.source).cell(row: row, column: nil)
    }

    /// Writes the resolved `data` settings: what a job is stored with, and the `settings.data` of its resource.
    public func writeSettings(into json: inout JSONWriter) {
        specification.write(into: &json) { json in
            json.object("rows") { json in
                json.member("train", trainRows)
                json.member("dev", devRows)
                json.member("test", testRows)
            }
            json.member("inputs", inputCount)
            json.name("classes")
            if task == .regression {
                json.null()
            } else {
                json.array { json in classes.forEach { $0.write(into: &json) } }
            }
            json.name("class_weights")
            if let classWeights {
                json.array { json in classWeights.forEach { json.value($0) } }
            } else {
                json.null()
            }
        }
    }
}
