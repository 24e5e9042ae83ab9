import JSONDocument
import Perceptron

/// Data that is not at hand, by its sizes: enough to tell what a job on it would take.
public struct DataDescription: Sendable {
    /// What is predicted.
    public let task: Task
    /// Network inputs.
    public let features: Int
    /// Network outputs: one per class, or 1.
    public let outputs: Int
    /// Rows of each set.
    public let train: Int, dev: Int, test: Int
    /// How training examples are varied.
    public let augmentation: Augmentation?

    /// Bytes of the table, if its numbers are exact in float32.
    public var tableBytes: Int {
        TrainingMemory.whole(Double(train + dev + test) * Double(features + 1) * 4)
    }

    /// Whether `data` describes data instead of giving it.
    public static func isOne(_ data: JSONNode) -> Bool { data["rows"] != nil }

    /// Reads `data`; all that is wrong with it goes to `faults`, and then the answer is nil.
    public init?(
        _ node: JSONNode, at pointer: String = "/data", limits: DatasetLimits = DatasetLimits(), faults: FaultCollector
    ) {
        let known = faults.faults.count
        var reader = ObjectReader(node, at: pointer, faults: faults)
        var options = DataSpecification(source: .examples)
        options.readOptions(&reader)
        for name in ["rows", "features"] { _ = reader.required(name) }
        let rows = reader.integer("rows", in: 1...Int(Int32.max))
        let features = reader.integer("features", in: 1...limits.features)
        let classes = reader.integer("classes", in: 2...limits.classes)
        reader.finish()
        task = options.task.task ?? (classes.map { $0 == 2 ? .binary : .multiclass } ?? .regression)
        switch (task, classes) {
        case (.regression, _?): reader.fault("classes", "does not go with regression")
        case (.multiclass, nil): reader.fault("classes", "is required: the number of classes")
        case (.binary, let classes?) where classes != 2:
            reader.fault("classes", "must be 2 with the task binary, not \(classes)")
        case (.binary, _), (.multiclass, _?), (.regression, nil): break
        }
        if let noise = options.augment?.noise, noise.features != nil {
            reader.faults.add("\(pointer)/augment/noise/features", "needs the data itself, and not its sizes")
        }
        if let image = options.augment?.image, let features, image.numbers != features {
            reader.faults.add(
                "\(pointer)/augment/image",
                "of \(image.height) × \(image.width) pixels and \(image.channels) channels has \(image.numbers) "
                    + "numbers, and there are \(features) features")
        }
        guard let rows, let features, faults.faults.count == known else { return nil }
        self.features = features
        outputs = task == .multiclass ? classes ?? 2 : 1
        let fractions = options.split.fractions ?? .standard(rows: rows)
        let counts = fractions.counts(rows: rows)
        (train, dev, test) = counts
        augmentation = options.augment.map { augment in
            Augmentation(
                noise: augment.noise.map { _ in [Double](repeating: 1, count: features) }, image: augment.image)
        }
    }
}

extension SplitSpecification.Fractions {
    /// Rows of each set out of `rows`, as they are dealt where no class is in the way.
    func counts(rows: Int) -> (train: Int, dev: Int, test: Int) {
        let dev = min(Int((Double(rows) * self.dev).rounded()), rows - 1)
        let test = min(Int((Double(rows) * self.test).rounded()), rows - 1 - dev)
        return (rows - dev - test, dev, test)
    }
}

extension ImageAugmentation {
    /// Numbers of an image.
    var numbers: Int { height * width * channels }
}
